import { css, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Member, Team, TeamMember, TeamRole } from '../src/index.ts';
import { OrganizationElement, TYPING } from './element.ts';
import { avatar, field, searchField, selectField, submitButton, wrapped } from './form.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { Pages } from './pages.ts';
import { nameOf, type Person } from './person.ts';
import { emptyState, failureNote, furtherButtons } from './states.ts';

const TEAM_ROLES: readonly TeamRole[] = ['OWNER', 'MODERATOR', 'MEMBER'];
/** Above this number of teams, branches are closed at first. */
const MANY = 60;

type Step = 'team' | 'add' | 'edit' | 'create' | 'delete';

/**
 * `<muster-teams>`: the tree of teams, with members and their roles. Whoever may, creates, renames, moves and deletes
 * teams, makes them private, and says who is in them.
 *
 * @slot actions buttons beside the heading
 */
export class MusterTeams extends OrganizationElement {
  static override styles = [
    ...OrganizationElement.styles,
    css`
      .tree ul { padding-inline-start: 1.5rem; }
      .tree li + li > .row, .tree ul .row { border-block-start: 1px solid var(--_line); }
      .row { grid-template-columns: 2rem minmax(0, 1fr) auto auto; padding: 0.375rem 1rem 0.375rem 0.5rem; contain-intrinsic-size: auto 3.25rem; }
      .toggle { width: 2rem; height: 2rem; min-height: 0; padding: 0; border: 0; background: none; display: grid; place-items: center; cursor: pointer; border-radius: 6px; }
      .toggle svg { width: 1rem; transition: rotate 120ms; }
      .toggle[aria-expanded='true'] svg { rotate: 90deg; }
      .team-name { border: 0; background: none; padding: 0.375rem 0; min-height: 2.5rem; text-align: start; font-weight: 550; cursor: pointer; overflow-wrap: anywhere; }
      .team-name:hover { text-decoration: underline; text-underline-offset: 0.2em; }
      .people .row { grid-template-columns: minmax(0, 1fr) 9rem 2.75rem; padding: 0.5rem 0.75rem; contain-intrinsic-size: auto 3.75rem; }
      .people .row.pick { grid-template-columns: minmax(0, 1fr) auto; }
      .people { max-height: 20rem; overflow-y: auto; }
      .section { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
      .section h3 { margin-inline-end: auto; }
      .check { display: flex; align-items: start; gap: 0.625rem; }
      .check input { margin-block-start: 0.1875rem; }
      @container (width < 40rem) {
        .tree ul { padding-inline-start: 0.875rem; }
      }
      @container (width < 30rem) {
        .people .row { grid-template-columns: minmax(0, 1fr) 2.75rem; }
        .people .row > .team-role { grid-row: 2; }
        .people .row > .out { grid-row: 1 / span 2; grid-column: 2; }
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    ...OrganizationElement.properties,
    teams: { state: true },
    closed: { state: true },
    team: { state: true },
    mayManage: { state: true },
    step: { state: true },
    search: { state: true },
    mistake: { state: true },
  };

  /** All teams that the person sees; an organization has at most a thousand. */
  declare private teams: readonly Team[];
  /** The ids of teams whose branch is closed. */
  declare private closed: ReadonlySet<string>;
  /** The team whose dialog is open. */
  declare private team: Team | undefined;
  declare private mayManage: boolean;
  declare private step: Step;
  declare private search: string;
  declare private mistake: string | undefined;
  readonly #members = new Pages<TeamMember>(this, (error) => this.failed(error));
  readonly #found = new Pages<Member>(this, (error) => this.failed(error));

  constructor() {
    super();
    this.teams = [];
    this.closed = new Set();
    this.step = 'team';
    this.search = '';
    this.mayManage = false;
  }

  protected override async loadFor(_: Person, signal: AbortSignal): Promise<void> {
    await this.#read(signal);
    if (this.phase !== 'ready' && this.teams.length > MANY)
      this.closed = new Set(this.teams.flatMap(({ id, isDefault }) => (isDefault ? [] : [id])));
    // An open dialog stays while everything is read again.
    if (this.team) await this.#readMembers(this.team);
  }

  async #read(signal?: AbortSignal): Promise<void> {
    const teams: Team[] = [];
    for await (const team of this.muster.teams.list({}, { ...(signal && { signal }) })) teams.push(team);
    this.teams = teams.sort((a, b) => a.name.localeCompare(b.name, this.texts.locale));
    const { team } = this;
    if (team) this.team = teams.find(({ id }) => id === team.id) ?? team;
  }

  protected override content(): TemplateResult {
    const { texts, teams: all } = this;
    const { teams } = texts;
    const known = new Set(all.map(({ id }) => id));
    // Above a team that the person sees may be one that they don't.
    const roots = all.filter(({ parentTeamId }) => parentTeamId === null || !known.has(parentTeamId));
    return html`
      <div class="head"><h2 tabindex="-1">${teams.title} <span class="count">${this.number(all.length)}</span></h2>
        <slot name="actions"></slot>
        ${
          this.may('team:create')
            ? html`<button class="button primary" type="button" aria-haspopup="dialog" @click=${() => this.#open(undefined, 'create')}>${ICONS.add}${teams.create}</button>`
            : nothing
        }</div>
      ${
        all.length > 0
          ? html`<ul class="list tree" aria-label=${teams.title}>${this.#branch(roots)}</ul>`
          : html`<div class="list">${emptyState(ICONS.people, teams.none, teams.noneText)}</div>`
      }
      ${this.hasDialog ? this.#dialog() : nothing}`;
  }

  protected override get hasDialog(): boolean {
    return this.team !== undefined || this.step === 'create';
  }

  #branch(teams: readonly Team[]): unknown {
    return repeat(
      teams,
      ({ id }) => id,
      (team) => {
        const below = this.teams.filter(({ parentTeamId }) => parentTeamId === team.id);
        const isClosed = this.closed.has(team.id);
        return html`<li>${this.#row(team, below.length > 0, isClosed)}${
          below.length > 0 && !isClosed ? html`<ul>${this.#branch(below)}</ul>` : nothing
        }</li>`;
      },
    );
  }

  #row(team: Team, hasBelow: boolean, isClosed: boolean): TemplateResult {
    const { teams } = this.texts;
    const { id, name, isPrivate, memberCount, description } = team;
    const toggle = () => {
      const closed = new Set(this.closed);
      if (isClosed) closed.delete(id);
      else closed.add(id);
      this.closed = closed;
    };
    return html`<div class="row">${
      hasBelow
        ? html`<button class="toggle" type="button" aria-label=${teams.expand(name)} aria-expanded=${String(!isClosed)} @click=${toggle}>${ICONS.right}</button>`
        : html`<span></span>`
    }<div><button class="team-name" type="button" aria-haspopup="dialog" @click=${() => this.#open(team)}>${name}</button>
      ${description ? html`<div class="detail">${description}</div>` : nothing}</div>
      <div>${isPrivate ? html`<span class="badge">${teams.private}</span>` : nothing}</div>
      <div class="detail">${teams.members(this.number(memberCount), memberCount)}</div></div>`;
  }

  async #open(team: Team | undefined, step: Step = 'team'): Promise<void> {
    this.team = team;
    this.#go(step);
    if (!team || step !== 'team') return;
    this.mayManage = false;
    const { access } = this.muster;
    try {
      const [check] = await Promise.all([
        access.check({ permission: 'team:manage', resource: team.id }),
        this.#readMembers(team),
      ]);
      if (this.team?.id === team.id) this.mayManage = check.allowed;
    } catch (error) {
      this.problem = this.failed(error);
    }
  }

  #readMembers({ id }: Team): Promise<void> {
    const { teams } = this.muster;
    return this.#members.start((cursor, signal) => teams.listMembers(id, { cursor, perPage: 20 }, { signal }));
  }

  #go(step: Step): void {
    this.step = step;
    this.problem = undefined;
    this.mistake = undefined;
    this.search = '';
    if (step === 'add') void this.#find('');
  }

  #close = () => {
    this.team = undefined;
    this.step = 'team';
    this.problem = undefined;
    void this.keepFocus();
  };

  #dialog(): TemplateResult {
    const { texts, team, step } = this;
    const { teams, close } = texts;
    const name = team?.name ?? '';
    const titles: Record<Step, string> = {
      team: name,
      add: teams.add,
      edit: teams.editTitle(name),
      create: team ? teams.createBelow(name) : teams.create,
      delete: teams.deleteTitle(name),
    };
    const content = () => {
      if (step === 'create') return this.#form(undefined);
      if (!team) return html``;
      if (step === 'edit') return this.#form(team);
      if (step === 'add') return this.#addStep();
      return step === 'delete' ? this.#deleteStep(team) : this.#teamStep(team);
    };
    return html`<muster-dialog .heading=${titles[step]} .closeLabel=${close} .message=${this.message} @muster-close=${this.#close}>${content()}</muster-dialog>`;
  }

  #teamStep(team: Team): TemplateResult {
    const { texts, mayManage } = this;
    const { teams } = texts;
    const { rows, isLoading, failure } = this.#members;
    return html`<div class="stack">
      ${team.description ? html`<p>${team.description}</p>` : nothing}
      <div class="section"><h3>${teams.memberTitle} <span class="count">${this.number(team.memberCount)}</span></h3>
        ${mayManage ? html`<button class="button" type="button" @click=${() => this.#go('add')}>${ICONS.add}${teams.add}</button>` : nothing}</div>
      ${failureNote(this.problem ?? failure, texts)}
      ${
        rows.length > 0
          ? html`<ul class="list people" tabindex="0" aria-label=${teams.memberTitle}>${repeat(
              rows,
              ({ memberId }) => memberId,
              (member) => this.#member(team, member),
            )}</ul>`
          : failure
            ? nothing
            : html`<p class="hint" role="status">${isLoading ? texts.loading : teams.noMembers}</p>`
      }
      <div class="cluster">${furtherButtons(this.#members, false, texts)}</div>
      ${
        mayManage || this.may('team:create')
          ? html`<div class="further">
            ${this.may('team:create') ? html`<button class="button" type="button" @click=${() => this.#go('create')}>${teams.createBelow(team.name)}</button>` : nothing}
            ${mayManage ? html`<button class="button" type="button" @click=${() => this.#go('edit')}>${teams.edit}</button>` : nothing}
            ${mayManage && !team.isDefault ? html`<button class="button danger" type="button" @click=${() => this.#go('delete')}>${teams.delete}</button>` : nothing}
          </div>`
          : nothing
      }</div>`;
  }

  #member(team: Team, member: TeamMember): TemplateResult {
    const { teams } = this.texts;
    const { userProfile, role } = member;
    const name = nameOf(userProfile);
    const roles = TEAM_ROLES.map((value) => ({ value, label: teams.roles[value] }));
    return html`<li class="row"><div class="who">${avatar(userProfile)}<div><div class="name">${wrapped(name)}</div>
      ${name === userProfile.email ? nothing : html`<div class="detail">${userProfile.email}</div>`}</div></div>
      <div class="team-role">${
        this.mayManage
          ? selectField(teams.roleOf(name), role, roles, (value) => void this.#setRole(team, member, value as TeamRole))
          : html`<span class="badge">${teams.roles[role]}</span>`
      }</div>
      <div class="out">${
        this.mayManage
          ? html`<button class="button quiet icon-only" type="button" aria-label=${teams.removeDo(name)} @click=${() => this.#takeOut(team, member)}>${ICONS.close}</button>`
          : nothing
      }</div></li>`;
  }

  #addStep(): TemplateResult {
    const { texts } = this;
    const { teams, members } = texts;
    const { rows, isLoading, failure, hasMore } = this.#found;
    return html`<div class="stack">
      ${searchField(teams.addSearch, this.search, (value) => {
        this.search = value;
        this.later(() => void this.#find(value), TYPING);
      })}
      ${failureNote(this.problem ?? failure, texts)}
      ${
        rows.length > 0
          ? html`<ul class="list people" tabindex="0" aria-label=${members.title}>${repeat(
              rows,
              ({ id }) => id,
              (member) => this.#candidate(member),
            )}</ul>`
          : failure
            ? nothing
            : html`<p class="hint" role="status">${isLoading ? texts.loading : hasMore ? members.noneSoFar : members.noneText}</p>`
      }
      <div class="actions">
        ${furtherButtons(this.#found, this.search.trim() !== '', texts)}
        <button class="button" type="button" @click=${() => this.#go('team')}>${texts.invite.back}</button></div></div>`;
  }

  #candidate(member: Member): TemplateResult {
    const { teams } = this.texts;
    const { userProfile } = member;
    const name = nameOf(userProfile);
    const isIn = this.#members.rows.some(({ memberId }) => memberId === member.id);
    return html`<li class="row pick"><div class="who">${avatar(userProfile)}<div><div class="name">${wrapped(name)}</div>
      ${name === userProfile.email ? nothing : html`<div class="detail">${userProfile.email}</div>`}</div></div>
      ${
        isIn
          ? html`<span class="badge good">${teams.roles.MEMBER}</span>`
          : html`<button class="button icon-only" type="button" aria-label=${teams.addDo(name)} @click=${() => this.#add(member)}>${ICONS.add}</button>`
      }</li>`;
  }

  #find(value: string): Promise<void> {
    const search = value.trim() || undefined;
    return this.#found.start(
      (cursor, signal) => this.muster.members.list({ search, cursor }, { signal }),
      ({ claimed }) => claimed,
    );
  }

  /** The form of a new team, or of one that is changed. */
  #form(team: Team | undefined): TemplateResult {
    const { texts, mistake } = this;
    const { teams } = texts;
    const above = team ? team.parentTeamId : (this.team?.id ?? this.teams.find(({ isDefault }) => isDefault)?.id);
    const places = this.teams.filter(({ id }) => !team || !this.#isWithin(id, team.id));
    return html`<form class="stack" novalidate @submit=${(event: SubmitEvent) => this.#save(event, team)}>
      ${field(
        { id: 'name', label: teams.name, mistake },
        html`<input class="input" id="name" name="name" required maxlength="100" autocomplete="off" autofocus .value=${team?.name ?? ''}
          aria-invalid=${mistake ? 'true' : nothing} aria-describedby=${mistake ? 'name-mistake' : nothing}>`,
      )}
      ${field(
        { id: 'description', label: teams.description },
        html`<textarea class="input" id="description" name="description" rows="2" maxlength="500" .value=${team?.description ?? ''}></textarea>`,
      )}
      ${
        team?.isDefault || places.length === 0
          ? nothing
          : field(
              { id: 'parent', label: teams.below },
              html`<select class="input" id="parent" name="parent">
              ${places.some(({ id }) => id === above) ? nothing : html`<option value="">–</option>`}
              ${places.map(({ id, name }) => html`<option value=${id} ?selected=${id === above}>${name}</option>`)}</select>`,
            )
      }
      ${team?.isDefault ? nothing : html`<label class="check"><input type="checkbox" name="private" ?checked=${team?.isPrivate ?? false}><span>${teams.isPrivate}</span></label>`}
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${() => (this.team ? this.#go('team') : this.#close())}>${texts.cancel}</button>
        ${submitButton(team ? texts.save : teams.create, this.isBusy, texts.saving)}</div></form>`;
  }

  /** Whether a team is another one, or below it. */
  #isWithin(id: string, top: string): boolean {
    const above = new Map(this.teams.map(({ id: each, parentTeamId }) => [each, parentTeamId]));
    for (let at: string | null | undefined = id, steps = 0; at && steps < 20; at = above.get(at), steps += 1) {
      if (at === top) return true;
    }
    return false;
  }

  #deleteStep(team: Team): TemplateResult {
    const { texts } = this;
    const { teams } = texts;
    const onSubmit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.act(async () => {
        await this.muster.teams.delete(team.id);
        await this.#read();
        this.#close();
        this.#tell(teams.deleted(team.name), team.id);
      });
    };
    return html`<form class="stack" @submit=${onSubmit}>
      <ul class="consequences">${teams.deleteText.map((each) => html`<li>${each}</li>`)}</ul>
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${() => this.#go('team')}>${texts.cancel}</button>
        ${submitButton(teams.deleteDo, this.isBusy, texts.saving, 'danger')}</div></form>`;
  }

  #tell(message: string, id: string): void {
    this.say(message);
    this.changed({ resource: 'team', id });
  }

  #save(event: SubmitEvent, team: Team | undefined): void {
    event.preventDefault();
    const { teams } = this.texts;
    const data = new FormData(event.target as HTMLFormElement);
    const name = String(data.get('name')).trim();
    if (name === '') {
      this.mistake = teams.nameMissing;
      this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
      return;
    }
    this.mistake = undefined;
    const description = String(data.get('description')).trim();
    const parent = data.get('parent');
    const place = parent ? { parentTeamId: String(parent) } : {};
    const isPrivate = data.get('private') !== null;
    void this.act(async () => {
      const saved = team
        ? await this.muster.teams.update(team.id, {
            ...{ name, description },
            ...(team.isDefault ? {} : { isPrivate }),
            ...(place.parentTeamId === team.parentTeamId ? {} : place),
          })
        : await this.muster.teams.create({ name, ...(description && { description }), isPrivate, ...place });
      await this.#read();
      if (team) {
        this.team = this.teams.find(({ id }) => id === team.id);
        this.#go('team');
      } else this.#close();
      this.#tell(team ? teams.saved(saved.name) : teams.created(saved.name), saved.id);
    });
  }

  #add(member: Member): void {
    const { team } = this;
    if (!team) return;
    void this.act(async () => {
      const added = await this.muster.teams.putMember(team.id, member.id);
      this.#members.rows = [...this.#members.rows, added];
      await this.#read();
      this.#tell(this.texts.teams.added(nameOf(member.userProfile)), team.id);
    });
  }

  #setRole(team: Team, member: TeamMember, role: TeamRole): Promise<boolean> {
    const { teams } = this.texts;
    return this.act(async () => {
      try {
        const changed = await this.muster.teams.putMember(team.id, member.memberId, { role });
        this.#members.change((row) => (row.memberId === member.memberId ? changed : row));
        this.#tell(teams.roleChanged(nameOf(member.userProfile), teams.roles[role]), team.id);
      } catch (error) {
        // The choice goes back to what is true.
        this.#members.change((row) => (row.memberId === member.memberId ? { ...row } : row));
        throw error;
      }
    });
  }

  #takeOut(team: Team, member: TeamMember): Promise<boolean> {
    return this.act(async () => {
      await this.muster.teams.removeMember(team.id, member.memberId);
      this.#members.change((row) => (row.memberId === member.memberId ? undefined : row));
      await this.#read();
      this.#tell(this.texts.teams.removed(nameOf(member.userProfile)), team.id);
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('muster-dialog .section .button')?.focus();
    });
  }
}
