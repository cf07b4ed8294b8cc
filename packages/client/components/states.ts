import { nothing, type TemplateResult } from 'lit';
import type { Failure } from './failure.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import type { Pages } from './pages.ts';
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

/**
 * The buttons under a list that read more of it. They stay while it is read, so that the focus does.
 *
 * @param isScan whether most rows that are read aren't shown, as by a search: then it may go on to the end, and be stopped
 */
export function furtherButtons<T>(list: Pages<T>, isScan: boolean, texts: Texts): TemplateResult {
  const { hasMore, isLoading, failure } = list;
  const read = (act: () => Promise<void> | void) => async (event: Event) => {
    const foot = (event.currentTarget as HTMLElement).closest('.foot');
    await act();
    await new Promise(requestAnimationFrame);
    // The button is gone: what was read is said where it was.
    if (foot && !(foot.getRootNode() as ShadowRoot).activeElement)
      foot.querySelector<HTMLElement>('[role=status]')?.focus();
  };
  const isOpen = hasMore || isLoading;
  const label = failure ? texts.tryAgain : isScan ? texts.searchOn : texts.showMore;
  return html`${
    isOpen || failure
      ? html`<button class="button" type="button" aria-disabled=${isLoading ? 'true' : nothing} @click=${read(list.more)}>${label}</button>`
      : nothing
  }${
    isOpen && isScan
      ? html`<button class="button quiet" type="button" @click=${read(isLoading ? list.stop : list.on)}>${isLoading ? texts.stop : texts.searchAll}</button>`
      : nothing
  }`;
}

/** Only a failure of the service is the support's matter. */
function reference({ kind, reference: id }: Failure, { states }: Texts): TemplateResult | typeof nothing {
  return kind === 'failed' && id ? html`<span class="hint">${states.reference(id)}</span>` : nothing;
}
