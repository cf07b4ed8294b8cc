import { css, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Invitation, type InvitationStatus, isMusterError, type Page } from '../src/index.ts';
import type { Guard } from './dialog.ts';
import { OrganizationElement, TYPING } from './element.ts';
import type { Failure } from './failure.ts';
import { avatar, field, searchField, selectField, submitButton, wrapped } from './form.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { Pages } from './pages.ts';
import { comparable } from './people.ts';
import type { Person } from './person.ts';
import { emptyState, failureNote, furtherButtons } from './states.ts';

/** While mails are being sent, the list is read again: how often, in milliseconds, and how many times at most. */
const POLL = 4000;
const POLLS = 30;
/** How many rows a poll reads one by one, that its page doesn't have. */
const SINGLES = 5;

const FILTERS = ['waiting', 'undelivered', 'expired', 'declined', 'accepted', 'revoked', 'all'] as const;
type Filter = (typeof FILTERS)[number];

/** The status that a filter asks the API for. */
const STATUSES: Readonly<Partial<Record<Filter, InvitationStatus>>> = {
  ...{ waiting: 'PENDING', undelivered: 'PENDING', expired: 'EXPIRED', declined: 'DECLINED' },
  ...{ accepted: 'ACCEPTED', revoked: 'REVOKED' },
};

/** States of a mail that didn't arrive. */
const UNDELIVERED = ['BOUNCED', 'COMPLAINED', 'FAILED'] as const;
type Undelivered = (typeof UNDELIVERED)[number];

type Step = 'details' | 'revoke' | 'resend' | 'correct' | 'link';

/** Something that is done to several, one after the other. */
interface Work {
  readonly all: number;
  readonly done: number;
  /** Whether all are done, or the person has stopped it. */
  readonly isOver: boolean;
  readonly failures: readonly { readonly email: string; readonly failure: Failure }[];
}

/**
 * `<muster-invitations>`: who was invited, who hasn't answered, and whose mail didn't arrive and why. Invitations are
 * sent again, withdrawn, and corrected, one by one or several at once. For those who may see invitations.
 *
 * @slot actions buttons beside the heading, such as `<muster-invite>`
 */
export class MusterInvitations extends OrganizationElement {
  static override styles = [
    ...OrganizationElement.styles,
    css`
      .row { grid-template-columns: auto minmax(0, 1fr) minmax(9rem, auto) 2.5rem; }
      .several { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; padding: 0.5rem 1rem; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface); margin-block-start: 0.75rem; position: sticky; inset-block-end: 0.5rem; z-index: 1; box-shadow: 0 4px 16px rgb(0 0 0 / 0.16); }
      /* What gets the focus by the keyboard isn't below it. */
      .row :is(input, button) { scroll-margin-block-end: 9rem; }
      .several > span { margin-inline-end: auto; }
      .tick { display: grid; place-items: center; width: 1.5rem; height: 2.5rem; }
      progress { width: 100%; height: 0.75rem; accent-color: var(--_fill); }
      .quote { border-inline-start: 3px solid var(--_line); padding-inline-start: 0.75rem; white-space: pre-line; overflow-wrap: anywhere; }
      .link-field { display: flex; gap: 0.5rem; }
      @container (width < 30rem) {
        .deeds { display: grid; }
      }
      @container (width < 40rem) {
        .row { grid-template-columns: auto minmax(0, 1fr) 2.75rem; column-gap: 0.5rem; padding-inline: 0.75rem 0.5rem; }
        .row .avatar { display: none; }
        .row > .state-of { grid-row: 2; grid-column: 2; }
        .row > .manage { grid-row: 1; grid-column: 3; }
        .tools > div { flex: 1 1 16rem; }
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    ...OrganizationElement.properties,
    opened: {},
    wasOpened: { state: true },
    search: { state: true },
    filter: { state: true },
    chosen: { state: true },
    invitation: { state: true },
    step: { state: true },
    mistake: { state: true },
    work: { state: true },
    link: { state: true },
  };

  protected static override subject = [...OrganizationElement.subject, 'opened'];

  /** The id of the invitation whose dialog is open at first. Also an attribute. */
  declare opened: string | undefined;
  /** The id of the invitation whose dialog was opened by itself. */
  declare private wasOpened: string | undefined;
  declare private search: string;
  declare private filter: Filter;
  /** The ids of those that are selected. */
  declare private chosen: ReadonlySet<string>;
  /** Whose dialog is open; `several`: those that are selected. */
  declare private invitation: Invitation | 'several' | undefined;
  declare private step: Step;
  declare private mistake: string | undefined;
  declare private work: Work | undefined;
  declare private link: string | undefined;
  readonly #list = new Pages<Invitation>(this, (error) => this.failed(error));
  /** Whether the person stops what is done to several. */
  #isStopped = false;
  #polling: ReturnType<typeof setTimeout> | undefined;
  /** How often the list was read again by itself. */
  #polls = 0;

  constructor() {
    super();
    this.search = '';
    this.filter = 'waiting';
    this.chosen = new Set();
    this.step = 'details';
  }

  protected override async loadFor(_: Person, signal: AbortSignal): Promise<void> {
    await this.#start();
    const { failure } = this.#list;
    // Who may not see any gets the face of the whole screen.
    if (failure?.kind === 'forbidden') throw this.#list.error;
    await this.#openOnce(signal);
  }

  /** Opens the dialog of `opened`, wherever in the list it is. */
  async #openOnce(signal: AbortSignal): Promise<void> {
    const { opened } = this;
    if (!opened || opened === this.wasOpened) return;
    try {
      const invitation = await this.muster.invitations.read(opened, { signal });
      this.wasOpened = opened;
      this.#open(invitation);
    } catch (error) {
      if (!isMusterError(error, 'invitation_not_found', 'validation_failed')) throw error;
      // An old link: the list is there.
      this.wasOpened = opened;
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#polling);
    this.#polling = undefined;
  }

  protected override updated(): void {
    if (this.#polling !== undefined || this.#polls >= POLLS || !this.#list.rows.some(isBeingSent)) return;
    this.#polling = setTimeout(() => void this.#poll(), POLL);
  }

  /** Shows what became of mails that are being sent. Every row stays where it is. */
  async #poll(): Promise<void> {
    // Nobody looks, or something is being done: later.
    if (document.visibilityState === 'visible' && this.phase === 'ready' && !this.isBusy && !this.#list.isLoading) {
      const { signal } = this;
      this.#polls += 1;
      try {
        const { invitations } = this.muster;
        const asked = { status: STATUSES[this.filter], search: this.#sought, perPage: 100 };
        const { data } = await invitations.list(asked);
        const now = new Map(data.map((row) => [row.id, row]));
        const others = this.#list.rows.filter((row) => isBeingSent(row) && !now.has(row.id)).slice(0, SINGLES);
        for (const { id } of others) now.set(id, await invitations.read(id));
        this.#list.change((row) => now.get(row.id) ?? row);
      } catch {
        // What is shown stays; whatever the person does next says what is wrong.
        if (!signal.aborted) this.#polls = POLLS;
      }
    }
    this.#polling = undefined;
    if (this.isConnected) this.requestUpdate();
  }

  /** What is searched for; undefined: nothing. */
  get #sought(): string | undefined {
    return this.search.trim() || undefined;
  }

  #start(): Promise<void> {
    this.chosen = new Set();
    this.#polls = 0;
    const search = this.#sought;
    const { filter } = this;
    const status = STATUSES[filter];
    const { invitations } = this.muster;
    return this.#list.start((cursor, signal) =>
      filter === 'undelivered'
        ? this.#undeliveredPage(search, cursor, signal)
        : invitations.list({ status, search, cursor }, { signal }),
    );
  }

  /**
   * Reads a page of those whose mail didn't arrive: one state after the other, since the API finds one. Its cursor begins
   * with the state.
   */
  async #undeliveredPage(
    search: string | undefined,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Invitation>> {
    const [state, at] = (cursor?.split(' ') ?? [UNDELIVERED[0]]) as [Undelivered, string?];
    const query = { search, status: 'PENDING', delivery: state, cursor: at || undefined } as const;
    const { data, meta } = await this.muster.invitations.list(query, { signal });
    const next = UNDELIVERED[UNDELIVERED.indexOf(state) + 1];
    const nextCursor = meta.nextCursor ? `${state} ${meta.nextCursor}` : next ? `${next} ` : null;
    return { data, meta: { ...meta, nextCursor } };
  }

  /** Whether the API reads many rows for each that is shown. */
  get #isScan(): boolean {
    return !['all', 'waiting'].includes(this.filter) || this.#sought !== undefined;
  }

  protected override content(): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const filters = FILTERS.map((value) => ({ value, label: invitations.filters[value] }));
    return html`
      <div class="head"><h2 tabindex="-1">${invitations.title}</h2>
        <slot name="actions" @muster-changed=${() => void this.#start()}></slot></div>
      <div class="tools">
        ${searchField(
          invitations.search,
          this.search,
          (value) => {
            this.search = value;
            this.later(() => void this.#start(), TYPING);
          },
          invitations.searchHint,
        )}
        <div>${selectField(invitations.filter, this.filter, filters, (value) => {
          this.filter = value as Filter;
          void this.#start();
        })}</div>
      </div>
      ${this.#cameBack()}
      ${this.#rows()}
      ${this.invitation ? this.#dialog(this.invitation) : nothing}`;
  }

  protected override get hasDialog(): boolean {
    return this.invitation !== undefined;
  }

  get #chosenRows(): readonly Invitation[] {
    return this.#list.rows.filter(({ id }) => this.chosen.has(id));
  }

  /** Says that mails didn't arrive, which a long list hides. */
  #cameBack(): TemplateResult | typeof nothing {
    const { invitations } = this.texts;
    const count = this.#list.rows.filter((row) => row.status === 'PENDING' && undelivered(row)).length;
    if (count === 0 || this.filter === 'undelivered') return nothing;
    const show = () => {
      this.filter = 'undelivered';
      void this.#start();
      void this.keepFocus();
    };
    return html`<div class="notice bad"><p>${invitations.cameBack(this.number(count), count)}</p>
      <button class="button" type="button" @click=${show}>${invitations.showThem}</button></div>`;
  }

  /** What can be done with those that are selected. */
  #several(): TemplateResult | typeof nothing {
    const { texts, chosen } = this;
    const { invitations } = texts;
    if (chosen.size === 0) return nothing;
    return html`<div class="several"><span role="status">${invitations.chosen(this.number(chosen.size))}</span>
      <button class="button quiet" type="button" @click=${() => (this.chosen = new Set())}>${invitations.unchoose}</button>
      ${
        this.may('invitation:resend')
          ? html`<button class="button" type="button" @click=${() => this.#open('several', 'resend')}>${invitations.resend}</button>`
          : nothing
      }
      ${
        this.may('invitation:revoke')
          ? html`<button class="button danger" type="button" @click=${() => this.#open('several', 'revoke')}>${invitations.revoke}</button>`
          : nothing
      }</div>`;
  }

  #rows(): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const { rows, hasMore, isLoading, failure } = this.#list;
    const isFiltered = this.filter !== 'waiting' || this.search.trim() !== '';
    const open = rows.filter(isOpen);
    return html`
      ${
        rows.length > 0
          ? html`<ul class="list" aria-label=${invitations.title}>${repeat(
              rows,
              ({ id }) => id,
              (row) => this.#row(row),
            )}</ul>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.mail, invitations.none, hasMore ? invitations.noneSoFar : isFiltered ? invitations.noneFiltered : invitations.noneText)}</div>`
      }
      ${failureNote(failure, texts)}
      ${this.#several()}
      <div class="foot"><span role="status" tabindex="-1">${isLoading ? texts.loading : rows.length > 0 ? this.#count() : nothing}</span>
        ${
          isLoading || failure
            ? nothing
            : html`<button class="button quiet" type="button" @click=${() => void this.#start()}>${texts.refresh}</button>`
        }
        ${
          open.length > 1 && this.chosen.size < open.length
            ? html`<button class="button quiet" type="button" @click=${() => (this.chosen = new Set(open.map(({ id }) => id)))}>${invitations.chooseAll}</button>`
            : nothing
        }
        ${furtherButtons(this.#list, this.#isScan, texts)}</div>`;
  }

  /** Returns how many are shown, and of how many if the API counts them. */
  #count(): string {
    const { invitations, shownOf } = this.texts;
    const { rows, total } = this.#list;
    const shown = this.number(rows.length);
    const isCounted = total !== undefined && this.search.trim() === '';
    return invitations.shown(isCounted ? shownOf(shown, this.number(total)) : shown);
  }

  #row(invitation: Invitation): TemplateResult {
    const { invitations } = this.texts;
    const { id, email, role, sentAt, createdAt } = invitation;
    const toggle = (event: Event) => {
      const chosen = new Set(this.chosen);
      if ((event.target as HTMLInputElement).checked) chosen.add(id);
      else chosen.delete(id);
      this.chosen = chosen;
    };
    const problem = undelivered(invitation);
    return html`<li class="row">
      <label class="tick">${
        isOpen(invitation)
          ? html`<input type="checkbox" aria-label=${invitations.choose(email)} .checked=${this.chosen.has(id)} @change=${toggle}>`
          : nothing
      }</label>
      <div class="who">${avatar({ firstName: '', lastName: '', email })}<div><div class="name">${wrapped(email)}</div>
        <div class="detail">${this.roleLabel(role)} · ${sentAt ? invitations.sent(this.moment(sentAt)) : invitations.created(this.day(createdAt))}</div>
        ${problem && invitation.status === 'PENDING' ? html`<div class="detail">${invitations.why[problem]}</div>` : nothing}</div></div>
      <div class="state-of">${this.#badge(invitation)}</div>
      <div class="manage"><button class="button quiet icon-only" type="button" aria-haspopup="dialog" aria-label=${invitations.manage(email)}
        @click=${() => this.#open(invitation)}>${ICONS.more}</button></div></li>`;
  }

  #badge(invitation: Invitation): TemplateResult {
    const { states } = this.texts.invitations;
    const { status, delivery, sentAt } = invitation;
    const problem = undelivered(invitation);
    if (status === 'PENDING' && problem) return html`<span class="badge bad">${states[problem]}</span>`;
    if (status === 'PENDING' && delivery?.state === 'QUEUED') return html`<span class="badge">${states.QUEUED}</span>`;
    if (status === 'PENDING' && !delivery && !sentAt) return html`<span class="badge">${states.byLink}</span>`;
    const look = { PENDING: '', ACCEPTED: 'good', DECLINED: 'warn', EXPIRED: 'warn', REVOKED: '' }[status];
    return html`<span class="badge ${look}">${states[status]}</span>`;
  }

  #open(invitation: Invitation | 'several', step: Step = 'details'): void {
    this.invitation = invitation;
    this.work = undefined;
    this.link = undefined;
    this.#go(step);
  }

  #go(step: Step): void {
    this.step = step;
    this.problem = undefined;
    this.mistake = undefined;
  }

  /** Shows the step that corrects the address: the present one is selected, to be typed over. */
  async #startCorrecting(): Promise<void> {
    this.#go('correct');
    await this.updateComplete;
    const input = this.renderRoot.querySelector<HTMLInputElement>('#email');
    input?.focus();
    input?.select();
  }

  #close = () => {
    if (this.work && !this.work.isOver) {
      // It stops after the one that is on its way, and says what was done.
      this.#isStopped = true;
      return;
    }
    this.invitation = undefined;
    this.problem = undefined;
    void this.keepFocus();
  };

  #dialog(invitation: Invitation | 'several'): TemplateResult {
    const { texts, step, work, link } = this;
    const { invitations, invite, close } = texts;
    const email = invitation === 'several' ? (this.#chosenRows[0]?.email ?? '') : invitation.email;
    const count = invitation === 'several' ? this.chosen.size : 1;
    const titles: Record<Step, string | TemplateResult> = {
      details: wrapped(email),
      revoke: invitations.revokeTitle(count, email),
      resend: invitations.resendTitle(this.#resendable.length),
      correct: invitations.correctTitle(email),
      link: link ? invitations.link : invitations.linkTitle(email),
    };
    const title = work ? invitations.working(this.number(work.done), this.number(work.all)) : titles[step];
    const guard: Guard | undefined = link
      ? { title: invite.linkTitle, text: invite.linkHint, leave: close, stay: invite.back }
      : work && !work.isOver
        ? { title: invitations.stopTitle, text: invitations.stopText, leave: invite.stop, stay: invite.goOnSending }
        : undefined;
    const content = () => {
      if (work) return this.#working(work);
      if (link) return this.#linkShown(link, invite.linkTo(email));
      if (step === 'revoke') return this.#revokeStep(invitation);
      if (invitation === 'several') return this.#resendStep();
      if (step === 'correct') return this.#correctStep(invitation);
      return step === 'link' ? this.#linkStep(invitation) : this.#details(invitation);
    };
    return html`<muster-dialog .heading=${title} .closeLabel=${close} .message=${this.message} @muster-close=${this.#close}
      .guard=${guard}>${content()}</muster-dialog>`;
  }

  #details(invitation: Invitation): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const { role, sentAt, createdAt, expiresAt, reminders, teams, message, delivery, status } = invitation;
    const problem = undelivered(invitation);
    const facts = [
      this.roleLabel(role),
      sentAt ? invitations.sent(this.moment(sentAt)) : invitations.created(this.day(createdAt)),
      ...(status === 'PENDING' ? [invitations.until(this.day(expiresAt))] : []),
      ...(teams.length > 0 ? [invitations.teams(teams.length)] : []),
      ...(reminders > 0 ? [invitations.reminders(reminders)] : []),
    ];
    const mayResend = takesMail(invitation) && this.may('invitation:resend');
    const mayRevoke = status === 'PENDING' && this.may('invitation:revoke');
    const mayReplace = mayRevoke && this.may('invitation:create');
    return html`<div class="stack">
      <p>${this.#badge(invitation)}</p>
      ${problem ? html`<p>${invitations.why[problem]}</p>` : nothing}
      ${problem && mayReplace && !takesMail(invitation) ? html`<p>${invitations.noResend}</p>` : nothing}
      ${problem && delivery?.reason ? html`<p class="detail">${invitations.reason(delivery.reason)}</p>` : nothing}
      <p class="detail">${facts.join(' · ')}</p>
      ${message ? html`<p class="unseen">${invitations.message}</p><p class="quote">${message}</p>` : nothing}
      ${failureNote(this.problem, texts)}
      <div class="cluster deeds">
        ${
          mayResend
            ? html`<button class="button ${problem ? '' : 'primary'}" type="button" aria-disabled=${this.isBusy ? 'true' : nothing}
                @click=${() => this.#resend(invitation)}>${invitations.resend}</button>`
            : nothing
        }
        ${
          mayReplace
            ? html`<button class="button ${problem ? 'primary' : ''}" type="button" @click=${this.#startCorrecting.bind(this)}>${invitations.correct}</button>
              <button class="button" type="button" @click=${() => this.#go('link')}>${invitations.link}</button>`
            : nothing
        }
        ${mayRevoke ? html`<button class="button danger" type="button" @click=${() => this.#go('revoke')}>${invitations.revoke}</button>` : nothing}
      </div></div>`;
  }

  #revokeStep(invitation: Invitation | 'several'): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      if (invitation === 'several') void this.#revokeSeveral();
      else void this.#revoke(invitation);
    };
    return html`<form class="stack" @submit=${onSubmit}>
      <ul class="consequences">${invitations.revokeText(invitation === 'several' ? this.chosen.size : 1).map((each) => html`<li>${each}</li>`)}</ul>
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${this.#close}>${texts.cancel}</button>
        ${submitButton(invitations.revoke, this.isBusy, texts.saving, 'danger')}</div></form>`;
  }

  /** Those that are selected whose address takes mails. */
  get #resendable(): readonly Invitation[] {
    return this.#chosenRows.filter(takesMail);
  }

  /** Asks before many mails leave. */
  #resendStep(): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const count = this.#resendable.length;
    const left = this.#chosenRows.length - count;
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.#resendSeveral();
    };
    return html`<form class="stack" @submit=${onSubmit}>
      <ul class="consequences">${count > 0 ? invitations.resendText(count).map((each) => html`<li>${each}</li>`) : nothing}
        ${left > 0 ? html`<li>${invitations.resendLeft(this.number(left), left)}</li>` : nothing}</ul>
      <div class="actions"><button class="button" type="button" @click=${this.#close}>${texts.cancel}</button>
        ${count > 0 ? submitButton(invitations.resend, this.isBusy, texts.saving) : nothing}</div></form>`;
  }

  #correctStep(invitation: Invitation): TemplateResult {
    const { texts, mistake } = this;
    const { invitations } = texts;
    return html`<form class="stack" novalidate @submit=${(event: SubmitEvent) => this.#correct(event, invitation)}>
      <p>${invitations.correctText}</p>
      ${field(
        { id: 'email', label: invitations.newAddress, mistake },
        html`<input class="input" id="email" name="email" type="email" autofocus autocomplete="off" .value=${invitation.email}
          aria-invalid=${mistake ? 'true' : nothing} aria-describedby=${mistake ? 'email-mistake' : nothing}>`,
      )}
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${this.#close}>${texts.cancel}</button>
        ${submitButton(invitations.correctDo, this.isBusy, texts.saving)}</div></form>`;
  }

  #linkStep(invitation: Invitation): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.act(async () => {
        await this.muster.invitations.revoke(invitation.id);
        const made = await this.muster.invitations.create({ ...again(invitation), sendEmail: false });
        this.link = made.link;
        this.#list.change((row) => (row.id === invitation.id ? made : row));
        this.changed({ resource: 'invitation', id: made.id });
      });
    };
    return html`<form class="stack" @submit=${onSubmit}><p>${invitations.linkText}</p>
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${this.#close}>${texts.cancel}</button>
        ${submitButton(invitations.linkDo, this.isBusy, texts.saving)}</div></form>`;
  }

  #linkShown(link: string, label: string): TemplateResult {
    const { invite, close } = this.texts;
    const copy = async () => this.say((await this.copy('link')) ? invite.copied : invite.notCopied);
    return html`<div class="stack">${field(
      { id: 'link', label, hint: invite.linkHint },
      html`<div class="link-field"><input class="input" id="link" readonly aria-describedby="link-hint" .value=${link}>
        <button class="button" type="button" @click=${copy}>${invite.copy}</button></div>`,
    )}<div class="actions"><button class="button primary" type="button" @click=${this.#close}>${close}</button></div></div>`;
  }

  /** What several calls do, and what became of them. */
  #working({ all, done, isOver, failures }: Work): TemplateResult {
    const { texts } = this;
    const { invitations } = texts;
    return html`<div class="stack"><progress max=${all} .value=${done} aria-label=${invitations.working(this.number(done), this.number(all))}></progress>
      <p role="status">${isOver ? invitations.workDone(this.number(done - failures.length)) : nothing}</p>
      ${
        failures.length > 0
          ? html`<p>${invitations.workFailed(this.number(failures.length))}</p><ul class="consequences">${failures.map(
              ({ email, failure }) => html`<li>${email}: ${failure.text(texts)}</li>`,
            )}</ul>`
          : nothing
      }
      ${isOver ? html`<div class="actions"><button class="button primary" type="button" @click=${this.#close}>${texts.close}</button></div>` : nothing}</div>`;
  }

  #resend(invitation: Invitation): Promise<boolean> {
    return this.act(async () => {
      await this.muster.invitations.resend(invitation.id);
      this.#close();
      this.say(this.texts.invitations.resent(invitation.email));
      await this.#readAgain(invitation.id);
    });
  }

  #revoke(invitation: Invitation): Promise<boolean> {
    return this.act(async () => {
      await this.muster.invitations.revoke(invitation.id);
      this.#close();
      this.say(this.texts.invitations.revoked(invitation.email));
      await this.#readAgain(invitation.id);
    });
  }

  #correct(event: SubmitEvent, invitation: Invitation): void {
    event.preventDefault();
    const email = String(new FormData(event.target as HTMLFormElement).get('email')).trim();
    const { texts } = this;
    if (!/^\S+@\S+\.\S+$/.test(email)) {
      this.mistake = texts.invalid.email;
      this.renderRoot.querySelector<HTMLElement>('#email')?.focus();
      return;
    }
    if (comparable(email) === comparable(invitation.email)) {
      this.mistake = texts.invitations.sameAddress;
      this.renderRoot.querySelector<HTMLElement>('#email')?.focus();
      return;
    }
    this.mistake = undefined;
    void this.act(async () => {
      const { invitations } = this.muster;
      // The new one first: if it is refused, the present one stays.
      const made = await invitations.create({ ...again(invitation), email });
      await invitations.revoke(invitation.id);
      this.changed({ resource: 'invitation', id: made.id });
      this.#close();
      this.say(texts.invitations.corrected(email));
      await this.#start();
    });
  }

  /** Shows an invitation as it is now, or takes it out if the filter doesn't want it any more. */
  async #readAgain(id: string): Promise<void> {
    this.#polls = 0;
    const now = await this.muster.invitations.read(id);
    const status = STATUSES[this.filter];
    const isShown =
      (status === undefined || now.status === status) && (this.filter !== 'undelivered' || undelivered(now));
    this.#list.change((row) => (row.id !== id ? row : isShown ? now : undefined));
    this.changed({ resource: 'invitation', id });
  }

  #resendSeveral(): Promise<boolean> {
    return this.#doSeveral(this.#resendable, (id) => this.muster.invitations.resend(id));
  }

  #revokeSeveral(): Promise<boolean> {
    return this.#doSeveral(this.#chosenRows, (id) => this.muster.invitations.revoke(id));
  }

  /** Does something to each, one after the other, and lists those with which it failed. */
  #doSeveral(rows: readonly Invitation[], act: (id: string) => Promise<unknown>): Promise<boolean> {
    this.invitation = 'several';
    const all = rows.length;
    this.work = { all, done: 0, isOver: false, failures: [] };
    this.#isStopped = false;
    const { signal } = this;
    return this.act(async () => {
      for (const [at, { id, email }] of rows.entries()) {
        if (this.#isStopped) break;
        const failures = [...(this.work?.failures ?? [])];
        try {
          await act(id);
        } catch (error) {
          signal.throwIfAborted();
          failures.push({ email, failure: this.failed(error) });
        }
        this.work = { all, done: at + 1, isOver: false, failures };
      }
      if (this.work) this.work = { ...this.work, isOver: true };
      this.changed({ resource: 'invitation' });
      await this.#start();
    });
  }
}

/** Whether something can be done about an invitation: it waits, or has expired. */
function isOpen({ status }: Invitation): boolean {
  return status === 'PENDING' || status === 'EXPIRED';
}

/** Whether the mail of an invitation is on its way. */
function isBeingSent({ status, delivery }: Invitation): boolean {
  return status === 'PENDING' && delivery?.state === 'QUEUED';
}

/**
 * Whether an invitation can be sent again. A complaint stops its mails, and so does an address that doesn't exist. A
 * full mailbox doesn't: the provider calls that transient.
 */
function takesMail(invitation: Invitation): boolean {
  const { delivery } = invitation;
  const isStopped =
    delivery?.state === 'COMPLAINED' ||
    (delivery?.state === 'BOUNCED' && !/^(Transient|Undetermined)/.test(delivery.reason ?? ''));
  return isOpen(invitation) && !isStopped;
}

/** Returns why the mail of an invitation didn't arrive; undefined if it did, or may. */
function undelivered({ delivery }: Invitation): Undelivered | undefined {
  return UNDELIVERED.find((state) => state === delivery?.state);
}

/** Returns what an invitation says, for another one. */
function again({ email, role, message, language, teams, createdAt, expiresAt, redirectUrl }: Invitation) {
  const days = Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000);
  return {
    ...{ email, role, expiresInDays: Math.min(Math.max(days, 1), 30) },
    ...(message && { message }),
    ...(language && { language }),
    ...(teams.length > 0 && { teams }),
    ...(redirectUrl && { redirectUrl }),
  };
}
