import { css, nothing, type TemplateResult } from 'lit';
import { type Guard, MusterDialog } from '../../client/components/dialog.ts';
import { OrganizationElement } from '../../client/components/element.ts';
import { submitButton } from '../../client/components/form.ts';
import { html } from '../../client/components/html.ts';
import type { Pages } from '../../client/components/pages.ts';
import { failureNote } from '../../client/components/states.ts';
import type { Language } from '../../client/src/index.ts';
import { SCREEN_TEXTS, type ScreenTexts } from './screen-texts.ts';

if (!customElements.get('muster-dialog')) customElements.define('muster-dialog', MusterDialog);

/** How long it is said that something was copied, in milliseconds. */
const COPIED_TIME = 6000;

/** What the console's own screens share, beside what all screens do: questions, secrets, the foot of lists. */
export abstract class ConsoleElement extends OrganizationElement {
  static override styles = [
    ...OrganizationElement.styles,
    css`
      .lead { color: var(--_muted); margin-block: -0.5rem 1.25rem; max-width: 44rem; }
      .row { grid-template-columns: minmax(0, 1fr) auto; }
      .row a { color: inherit; }
      .row .cluster { justify-content: flex-end; }
      .secret { display: flex; gap: 0.5rem; }
      .secret .input { flex: 1; min-width: 0; font-family: ui-monospace, monospace; font-size: 0.875rem; }
      .section { margin-block-start: 2rem; }
      .section > h3 { margin-block-end: 0.75rem; font-size: 1.0625rem; }
      .back { display: inline-block; margin-block-end: 0.75rem; color: var(--_ink); }
      @container (width < 40rem) {
        .row { grid-template-columns: minmax(0, 1fr); }
        .row .cluster { justify-content: flex-start; }
      }
    `,
  ];

  static override properties = {
    ...OrganizationElement.properties,
    copied: { state: true },
  };

  /** What became of copying, for a moment; empty: nothing. */
  declare protected copied: string;

  constructor() {
    super();
    this.copied = '';
  }

  protected get shown(): Language {
    return this.texts.locale.startsWith('de') ? 'de' : 'en';
  }

  /** The texts of the console's own screens. */
  protected get words(): ScreenTexts {
    return SCREEN_TEXTS[this.shown];
  }

  /** Does something outside of a dialog: the message says what became true, or why not. */
  protected async actAndSay(act: () => Promise<unknown>, done: string): Promise<boolean> {
    const { signal } = this;
    const isDone = await this.act(act);
    if (signal.aborted) return false;
    this.say(isDone ? done : (this.problem?.text(this.texts) ?? ''));
    this.problem = undefined;
    return isDone;
  }

  /** A dialog, which `close` takes away. With a guard, it asks before. */
  protected dialog(heading: string, close: () => void, content: TemplateResult, guard?: Guard): TemplateResult {
    const onClose = () => {
      this.problem = undefined;
      close();
      void this.keepFocus();
    };
    return html`<muster-dialog .heading=${heading} .closeLabel=${this.texts.close} .guard=${guard} @muster-close=${onClose}>${content}</muster-dialog>`;
  }

  /** A dialog that says what will happen, before it does. */
  protected question(
    { heading, consequences, label }: { heading: string; consequences: readonly string[]; label: string },
    close: () => void,
    act: () => Promise<unknown>,
  ): TemplateResult {
    const onSubmit = async (event: SubmitEvent) => {
      event.preventDefault();
      if (!(await this.act(act))) return;
      close();
      void this.keepFocus();
    };
    return this.dialog(
      heading,
      close,
      html`<form class="stack" @submit=${onSubmit}>
        <ul class="consequences">${consequences.map((each) => html`<li>${each}</li>`)}</ul>
        ${failureNote(this.problem, this.texts)}
        <div class="actions"><button class="button" type="button" @click=${() => {
          this.problem = undefined;
          close();
        }}>${this.texts.cancel}</button>${submitButton(label, this.isBusy, this.texts.saving, 'danger')}</div></form>`,
    );
  }

  /** A dialog with a secret that is shown once. It doesn't close by chance: only by its button, or after a question. */
  protected secretDialog(heading: string, label: string, secret: string, close: () => void): TemplateResult {
    const { keptTitle, keptText, kept } = this.words;
    return this.dialog(
      heading,
      close,
      html`<div class="stack">
        <div class="notice"><p>${this.words.secretOnce}</p></div>
        ${this.copyField(label, secret)}
        <div class="actions"><button class="button primary" type="button" @click=${() => {
          close();
          void this.keepFocus();
        }}>${this.words.done}</button></div></div>`,
      { title: keptTitle, text: keptText, leave: this.texts.close, stay: kept },
    );
  }

  /** A text that can be copied. */
  protected copyField(label: string, text: string): TemplateResult {
    const copy = async () => {
      const isCopied = await this.copy('copied');
      this.copied = isCopied ? this.words.copied : this.texts.invite.notCopied;
      this.later(() => {
        this.copied = '';
      }, COPIED_TIME);
    };
    return html`<div class="field"><label for="copied">${label}</label>
      <div class="secret"><input class="input" id="copied" readonly .value=${text} @focus=${(event: Event) => (event.target as HTMLInputElement).select()}>
      <button class="button" type="button" @click=${copy}>${this.words.copy}</button></div>
      <span class="hint" role="status">${this.copied || nothing}</span></div>`;
  }

  /** The foot of a list: what is read, and the way to more. */
  protected foot<T>({ rows, hasMore, isLoading, failure, more }: Pages<T>, status?: string): TemplateResult {
    const { texts } = this;
    return html`${failureNote(failure, texts)}<div class="foot">
      <span role="status">${isLoading ? texts.loading : rows.length > 0 && status ? status : nothing}</span>
      ${
        isLoading || !hasMore
          ? nothing
          : html`<button class="button" type="button" @click=${more}>${failure ? texts.tryAgain : texts.showMore}</button>`
      }</div>`;
  }
}
