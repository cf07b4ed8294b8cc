import { css, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isMusterError, type Member, type Role } from '../src/index.ts';
import { OrganizationElement, TYPING } from './element.ts';
import { avatar, searchField, selectField, submitButton, wrapped } from './form.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { Pages } from './pages.ts';
import { nameOf, type Person } from './person.ts';
import { emptyState, failureNote, furtherButtons } from './states.ts';

/** What the dialog of a member is about. */
type Step = 'role' | 'remove' | 'transfer';

/**
 * `<muster-members>`: the members of an organization. People are found by name, address and role; whoever may, changes
 * roles, removes members, and hands over the ownership; everybody else may leave.
 *
 * @slot actions buttons beside the heading, such as the application's own
 */
export class MusterMembers extends OrganizationElement {
  static override styles = [
    ...OrganizationElement.styles,
    css`
      .row { grid-template-columns: minmax(0, 1fr) minmax(5.5rem, auto) 11.5rem 2.5rem; }
      .joined { text-align: end; }
      @container (width < 40rem) {
        .row { grid-template-columns: minmax(0, 1fr) 2.75rem; }
        .row > .role { grid-row: 2; padding-inline-start: 3rem; }
        .row > .manage { grid-row: 1 / span 2; grid-column: 2; }
        .tools > div { flex: 1 1 16rem; }
        .row > .joined { grid-row: 3; padding-inline-start: 3rem; text-align: start; }
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    ...OrganizationElement.properties,
    search: { state: true },
    filter: { state: true },
    member: { state: true },
    step: { state: true },
    offeredTo: { state: true },
    left: { state: true },
  };

  declare private search: string;
  declare private filter: Role | '';
  /** The member whose dialog is open. */
  declare private member: Member | undefined;
  declare private step: Step;
  /** To whom the ownership is offered. */
  declare private offeredTo: Member | undefined;
  /** The name of the organization that the person has just left. */
  declare private left: string | undefined;
  readonly #list = new Pages<Member>(this, (error) => this.failed(error));
  /** For what the list was read. */
  #searched = '';

  constructor() {
    super();
    this.search = '';
    this.filter = '';
    this.step = 'role';
  }

  protected override async loadFor({ organization: { ownershipOffer } }: Person, signal: AbortSignal): Promise<void> {
    this.left = undefined;
    const list = this.#start();
    this.offeredTo = ownershipOffer ? await this.#recipient(ownershipOffer.memberId, signal) : undefined;
    await list;
  }

  /** Returns whom the ownership is offered to; undefined: they aren't a member any more, so the offer is over. */
  async #recipient(id: string, signal: AbortSignal): Promise<Member | undefined> {
    try {
      return await this.muster.members.read(id, { signal });
    } catch (error) {
      if (isMusterError(error, 'member_not_found')) return undefined;
      throw error;
    }
  }

  /** Reads the list from its start, as searched and filtered. */
  #start(): Promise<void> {
    this.#searched = this.search.trim();
    const role = this.filter || undefined;
    const search = this.#searched || undefined;
    return this.#list.start((cursor, signal) => this.muster.members.list({ role, search, cursor }, { signal }));
  }

  #isMe({ id }: Member): boolean {
    return id === this.person.membership.id;
  }

  protected override content(): TemplateResult {
    const { texts, person, left } = this;
    const { members } = texts;
    if (left !== undefined) {
      return html`<div class="panel">${emptyState(ICONS.door, members.left(left), members.leftText)}</div>`;
    }
    const roles = person.roles.map(({ role }) => ({ value: role, label: this.roleLabel(role) }));
    const { total } = this.#list;
    return html`
      <div class="head"><h2 tabindex="-1">${members.title}${
        total === undefined ? nothing : html` <span class="count">${this.number(total)}</span>`
      }</h2><slot name="actions"></slot></div>
      ${this.#offer()}
      <div class="tools">
        ${searchField(members.search, this.search, (value) => this.#find(value), members.searchHint)}
        <div>${selectField(texts.role, this.filter, [{ value: '', label: texts.allRoles }, ...roles], (value) => {
          this.filter = value as Role;
          void this.#start();
        })}</div>
      </div>
      ${this.#rows()}
      ${this.member ? this.#dialog(this.member) : nothing}`;
  }

  #find(value: string): void {
    this.search = value;
    this.later(() => void this.#start(), TYPING);
  }

  #rows(): TemplateResult {
    const { texts } = this;
    const { rows, hasMore, isLoading, failure, total } = this.#list;
    const { members } = texts;
    const shown = repeat(
      rows,
      ({ id }) => id,
      (member) => this.#row(member),
    );
    // The API reads many members for each that is shown.
    const isScan = this.#searched !== '' || this.filter !== '';
    const empty = hasMore ? members.noneSoFar : this.#searched === '' ? members.noneWithRole : members.noneText;
    const shownSoFar = this.number(rows.length);
    const status = isLoading
      ? texts.loading
      : isScan
        ? texts.foundSoFar(shownSoFar, hasMore)
        : texts.shownOf(shownSoFar, this.number(total ?? rows.length));
    return html`
      ${
        rows.length > 0
          ? html`<ul class="list" aria-label=${members.title}>${shown}</ul>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.search, members.none, empty)}</div>`
      }
      ${failureNote(failure, texts)}
      <div class="foot"><span role="status" tabindex="-1">${rows.length > 0 || isLoading ? status : nothing}</span>
      ${
        failure
          ? nothing
          : html`<button class="button quiet" type="button" @click=${() => void this.retry()}>${texts.refresh}</button>`
      }
      ${furtherButtons(this.#list, isScan, texts)}</div>`;
  }

  #row(member: Member): TemplateResult {
    const { texts } = this;
    const { members } = texts;
    const { userProfile, createdAt, role } = member;
    const isMe = this.#isMe(member);
    const mayManage = isMe || this.may('member:update') || this.may('member:remove') || this.person.membership.owner;
    const isOffered = this.offeredTo?.id === member.id;
    const name = nameOf(userProfile);
    return html`<li class="row">
      <div class="who">${avatar(userProfile)}<div>
        <div class="name">${wrapped(name)} ${isMe ? html`<span class="badge">${texts.you}</span>` : nothing}
          ${member.claimed ? nothing : html`<span class="badge warn">${members.never}</span>`}
          ${isOffered ? html`<span class="badge warn">${members.offered}</span>` : nothing}</div>
        ${name === userProfile.email ? nothing : html`<div class="detail">${userProfile.email}</div>`}</div></div>
      <div class="role">${member.owner ? html`<span class="badge good">${texts.owner}</span>` : html`<span class="badge">${this.roleLabel(role)}</span>`}</div>
      <div class="detail joined">${members.joined(this.day(createdAt))}</div>
      <div class="manage">${
        mayManage
          ? html`<button class="button quiet icon-only" type="button" aria-haspopup="dialog" aria-label=${members.manage(name)}
              @click=${() => this.#open(member)}>${ICONS.more}</button>`
          : nothing
      }</div></li>`;
  }

  /** The open offer of ownership, told to whom it concerns. */
  #offer(): TemplateResult | typeof nothing {
    const { organization, membership } = this.person;
    const { ownershipOffer: offer } = organization;
    const { members } = this.texts;
    if (!offer || !this.offeredTo) return nothing;
    const until = this.day(offer.expiresAt);
    if (offer.memberId === membership.id) {
      return html`<div class="notice"><p>${members.offerToYou(organization.name, until)}</p>
        <button class="button primary" type="button" @click=${() => this.#answer(true)}>${members.offerAccept}</button>
        <button class="button" type="button" @click=${() => this.#answer(false)}>${members.offerDecline}</button></div>`;
    }
    return html`<div class="notice"><p>${members.offerOpen(nameOf(this.offeredTo.userProfile), until)}</p>
      <button class="button" type="button" @click=${this.#withdraw}>${members.offerWithdraw}</button></div>`;
  }

  #open(member: Member): void {
    this.member = member;
    this.step = 'role';
    this.problem = undefined;
  }

  #close = () => {
    this.member = undefined;
    this.problem = undefined;
    void this.keepFocus();
  };

  #dialog(member: Member): TemplateResult {
    const { members, close } = this.texts;
    const name = nameOf(member.userProfile);
    const { name: organization } = this.person.organization;
    const titles: Record<Step, string> = {
      role: name,
      remove: this.#isMe(member) ? members.leaveTitle(organization) : members.removeTitle(name),
      transfer: members.transferTitle(name),
    };
    const steps = { role: this.#roleStep, remove: this.#removeStep, transfer: this.#transferStep };
    return html`<muster-dialog .heading=${titles[this.step]} .closeLabel=${close} @muster-close=${this.#close}>
      <div class="stack">${steps[this.step].call(this, member)}</div></muster-dialog>`;
  }

  #roleStep(member: Member): TemplateResult {
    const { texts, person, isBusy } = this;
    const { members } = texts;
    const { userProfile } = member;
    const isMe = this.#isMe(member);
    const mayUpdate = this.may('member:update') && !member.owner;
    const mayTransfer = person.membership.owner && !member.owner && this.offeredTo?.id !== member.id;
    const mayRemove = !member.owner && (isMe || this.may('member:remove'));
    return html`
      <div class="who">${avatar(userProfile)}<div><div class="name">${wrapped(userProfile.email)}</div>
        <div class="detail">${members.joined(this.day(member.createdAt))}</div></div></div>
      ${
        mayUpdate
          ? html`<form class="stack" @submit=${(event: SubmitEvent) => this.#changeRole(event, member)}>
            <fieldset><legend>${texts.role}</legend>${isMe ? html`<p class="hint">${members.ownRole}</p>` : nothing}
              <div class="choices">${person.roles.map(({ role }) => this.#roleChoice(role, member.role))}</div></fieldset>
            ${failureNote(this.problem, texts)}
            <div class="actions"><button class="button" type="button" @click=${this.#close}>${texts.cancel}</button>
              ${submitButton(texts.save, isBusy, texts.saving)}</div></form>`
          : html`<p>${texts.role}: ${this.roleLabel(member.role)}${member.owner ? html`. ${members.ownerRole}` : nothing}</p>`
      }
      ${member.owner && isMe ? html`<p class="hint">${members.ownerLeave}</p>` : nothing}
      ${mayTransfer && !member.claimed ? html`<p class="hint">${members.transferNever}</p>` : nothing}
      ${
        mayRemove || (mayTransfer && member.claimed)
          ? html`<div class="further">
            ${mayTransfer && member.claimed ? html`<button class="button" type="button" @click=${() => this.#go('transfer')}>${members.transfer}</button>` : nothing}
            ${mayRemove ? html`<button class="button danger" type="button" @click=${() => this.#go('remove')}>${isMe ? members.leave : members.remove}</button>` : nothing}
          </div>`
          : nothing
      }`;
  }

  #roleChoice(role: Role, present: Role): TemplateResult {
    return html`<label class="choice"><input type="radio" name="role" value=${role} ?checked=${role === present}>
      <span><span class="name">${this.roleLabel(role)}</span><br><span class="detail">${this.texts.can[role]}</span></span></label>`;
  }

  #removeStep(member: Member): TemplateResult {
    const { texts } = this;
    const { members } = texts;
    const isMe = this.#isMe(member);
    const { name: organization } = this.person.organization;
    const consequences = isMe
      ? [members.leaveAccess, members.leaveTeams, members.leaveAgain]
      : [members.removeOrganization(organization), members.removeTeams, members.removeTokens, members.removeAgain];
    return this.#question(member, consequences, this.#remove, isMe ? members.leaveDo : members.removeDo, 'danger');
  }

  #transferStep(member: Member): TemplateResult {
    const { members } = this.texts;
    const consequences = [
      members.transferOwner,
      members.transferMail(nameOf(member.userProfile)),
      members.transferStays,
      ...(this.offeredTo ? [members.transferReplaces] : []),
    ];
    return this.#question(member, consequences, this.#transfer, members.transferDo, 'primary');
  }

  /** What will happen, before it does. */
  #question(
    member: Member,
    consequences: readonly string[],
    act: (member: Member) => Promise<void>,
    label: string,
    look: string,
  ): TemplateResult {
    const { texts } = this;
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.#act(() => act(member));
    };
    return html`<form class="stack" @submit=${onSubmit}>
      <ul class="consequences">${consequences.map((each) => html`<li>${each}</li>`)}</ul>
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${() => this.#go('role')}>${texts.cancel}</button>
        ${submitButton(label, this.isBusy, texts.saving, look)}</div></form>`;
  }

  /** Shows another step of the dialog, from its start. */
  async #go(step: Step): Promise<void> {
    this.step = step;
    this.problem = undefined;
    await this.updateComplete;
    this.renderRoot
      .querySelector<HTMLElement>('muster-dialog .actions .button, muster-dialog .further .button')
      ?.focus();
  }

  /** Does something once, and says why if it fails, unless the dialog does. */
  async #act(act: () => Promise<void>): Promise<void> {
    await this.act(act);
    if (this.problem && !this.member) this.say(this.problem.text(this.texts));
  }

  #changeRole(event: SubmitEvent, member: Member): void {
    event.preventDefault();
    const role = new FormData(event.target as HTMLFormElement).get('role') as Role;
    void this.#act(async () => {
      const changed = role === member.role ? member : await this.muster.members.update(member.id, { role });
      this.#close();
      if (changed === member) return;
      this.#list.change((row) =>
        row.id !== changed.id ? row : this.filter && this.filter !== role ? undefined : changed,
      );
      this.say(this.texts.members.changed(nameOf(changed.userProfile), this.roleLabel(role)));
      this.changed({ resource: 'member', id: changed.id });
      // The person may do other things now.
      if (this.#isMe(changed)) await this.retry();
    });
  }

  #remove = async (member: Member): Promise<void> => {
    await this.muster.members.remove(member.id);
    this.#close();
    if (this.#isMe(member)) {
      this.left = this.person.organization.name;
      this.changed({ resource: 'organization', id: member.organizationId });
      return;
    }
    this.#list.change((row) => (row.id === member.id ? undefined : row));
    this.say(this.texts.members.removed(nameOf(member.userProfile)));
    this.changed({ resource: 'member', id: member.id });
  };

  #transfer = async (member: Member): Promise<void> => {
    const { organization } = this.person;
    const ownershipOffer = await this.muster.organizations.transfer(organization.id, { memberId: member.id });
    this.person = { ...this.person, organization: { ...organization, ownershipOffer } };
    this.offeredTo = member;
    this.#close();
    this.say(this.texts.members.transferDone(nameOf(member.userProfile)));
    this.changed({ resource: 'organization', id: organization.id });
  };

  #withdraw = () =>
    this.#act(async () => {
      const { organization } = this.person;
      try {
        await this.muster.organizations.withdrawOwnership(organization.id);
      } catch (error) {
        // The words of this error are meant for the recipient.
        if (!isMusterError(error, 'ownership_offer_not_found')) throw error;
        this.changed({ resource: 'organization', id: organization.id });
        await this.retry();
        this.say(this.texts.members.offerOver);
        void this.keepFocus();
        return;
      }
      this.person = { ...this.person, organization: { ...organization, ownershipOffer: null } };
      this.offeredTo = undefined;
      this.say(this.texts.members.offerWithdrawn);
      this.changed({ resource: 'organization', id: organization.id });
      void this.keepFocus();
    });

  #answer(accepts: boolean): Promise<void> {
    return this.#act(async () => {
      const { id, name } = this.person.organization;
      const { organizations } = this.muster;
      await (accepts ? organizations.acceptOwnership(id) : organizations.declineOwnership(id));
      const { members } = this.texts;
      this.changed({ resource: 'organization', id });
      await this.retry();
      this.say(accepts ? members.offerAccepted(name) : members.offerDeclined);
      void this.keepFocus();
    });
  }
}
