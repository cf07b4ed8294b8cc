import { nothing, type TemplateResult } from 'lit';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { type Named, nameOf } from './person.ts';

/** A field with its label, its hint and its mistake, which screen readers read with it. */
export function field(
  { id, label, hint, mistake }: { id: string; label: string; hint?: string; mistake?: string | undefined },
  input: TemplateResult,
): TemplateResult {
  return html`<div class="field"><label for=${id}>${label}</label>
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}${input}
    ${mistake ? html`<p class="mistake" id="${id}-mistake">${mistake}</p>` : nothing}</div>`;
}

/** A field to search. Its label is read by screen readers, the shorter hint is seen while it is empty. */
export function searchField(
  label: string,
  value: string,
  onInput: (value: string) => void,
  hint = label,
): TemplateResult {
  return html`<div class="search grow">${ICONS.search}<input class="input" type="search" aria-label=${label} placeholder=${hint}
    maxlength="254" autocomplete="off" spellcheck="false" .value=${value}
    @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}></div>`;
}

/** A choice of a few. */
export function selectField(
  label: string,
  value: string,
  options: readonly { readonly value: string; readonly label: string }[],
  onChange: (value: string) => void,
): TemplateResult {
  return html`<select class="input" aria-label=${label} .value=${value}
    @change=${(event: Event) => onChange((event.target as HTMLSelectElement).value)}>
    ${options.map((each) => html`<option value=${each.value} ?selected=${each.value === value}>${each.label}</option>`)}</select>`;
}

/** A button that says what it is doing. It keeps the focus meanwhile, which a disabled one doesn't. */
export function submitButton(label: string, isBusy: boolean, busy: string, look = 'primary'): TemplateResult {
  return html`<button class="button ${look}" type="submit" aria-disabled=${isBusy ? 'true' : nothing}>${isBusy ? busy : label}</button>`;
}

/** A name, or an address: a line that is too narrow for an address ends before its `@`, not at a hyphen or in a word. */
export function wrapped(text: string): TemplateResult | string {
  const at = text.lastIndexOf('@');
  if (at < 1 || /\s/.test(text)) return text;
  return html`<span class="part">${text.slice(0, at)}</span><span class="part">${text.slice(at)}</span>`;
}

/** A circle with the initials of a person. */
export function avatar(person: Named): TemplateResult {
  const letters = nameOf(person)
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter(Boolean);
  const initials = (letters.length > 1 ? [letters[0], letters.at(-1)] : letters).join('').toUpperCase();
  const hue = [...person.email].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6;
  return html`<div class="avatar hue-${hue}" aria-hidden="true">${initials}</div>`;
}
