import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from './failure.ts';
import { ICONS } from './icons.ts';
import type { Texts } from './texts.ts';

/** What stands where a list will be. */
export function skeleton({ loading }: Texts): TemplateResult {
  return html`<div class="list skeleton" aria-busy="true"><span class="unseen" role="status">${loading}</span><i></i><i></i><i></i></div>`;
}

/** Nothing to show, with the next step. */
export function emptyState(
  icon: TemplateResult,
  title: string,
  text: string,
  next: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="state">${icon}<h3>${title}</h3><p>${text}</p>${next}</div>`;
}

/** A whole screen that can't be shown, with its remedy. */
export function failureState(failure: Failure, texts: Texts, retry: () => void): TemplateResult {
  const { states, tryAgain } = texts;
  const [icon, title, text] = {
    offline: [ICONS.offline, states.offline, states.offlineText],
    'signed-out': [ICONS.door, states.signedOut, states.signedOutText],
    forbidden: [ICONS.lock, states.forbidden, states.forbiddenText],
    'no-organization': [ICONS.people, states.noOrganization, states.noOrganizationText],
    'choose-organization': [ICONS.people, states.chooseOrganization, states.chooseOrganizationText],
    failed: [ICONS.warning, states.failed, failure.text(texts)],
  }[failure.kind] as [TemplateResult, string, string];
  return html`<div class="panel state" role="alert">${icon}<h2>${title}</h2><p>${text}</p>${reference(failure, texts)}
    <button class="button" type="button" @click=${retry}>${tryAgain}</button></div>`;
}

/** An action that failed, beside its button. Screen readers read it at once. */
export function failureNote(failure: Failure | undefined, texts: Texts): TemplateResult {
  return html`<div role="alert">${
    failure ? html`<div class="notice bad"><p>${failure.text(texts)} ${reference(failure, texts)}</p></div>` : nothing
  }</div>`;
}

/** Only a failure of the service is the support's matter. */
function reference({ kind, reference: id }: Failure, { states }: Texts): TemplateResult | typeof nothing {
  return kind === 'failed' && id ? html`<span class="hint">${states.reference(id)}</span>` : nothing;
}
