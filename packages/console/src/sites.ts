import { css, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { TYPING } from '../../client/components/element.ts';
import { avatar, searchField } from '../../client/components/form.ts';
import { html } from '../../client/components/html.ts';
import { ICONS } from '../../client/components/icons.ts';
import { Pages } from '../../client/components/pages.ts';
import { nameOf } from '../../client/components/person.ts';
import { emptyState, failureNote, furtherButtons } from '../../client/components/states.ts';
import type { Explanation, Member } from '../../client/src/index.ts';
import { ConsoleElement } from './element.ts';
import { fragmentOf } from './place.ts';
import { readRequests, type SiteApi, type SiteRequest, type SiteTeam } from './site-api.ts';

type Reason = Explanation['reasons'][number];

/** How many members a search asks about at once. */
const FOUND = 10;

/** `<console-sites>`: the sites that the person sees, who else sees them and why, and who sees their sensitive data. */
export class ConsoleSites extends ConsoleElement {
  static override styles = [
    ...ConsoleElement.styles,
    css`
      .row .name a { text-decoration: none; }
      .row .name a:hover { text-decoration: underline; }
      .who-row { grid-template-columns: minmax(12rem, 1fr) minmax(0, 2fr); align-items: start; }
      .ways { display: grid; gap: 0.5rem; margin-block: 0.25rem; }
      .who-row .ways { margin-block: 0; }
      .way { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.375rem; font-size: 0.875rem; }
      .way b { font-weight: 550; padding: 0.125rem 0.5rem; border: 1px solid var(--_line); border-radius: 1rem; overflow-wrap: anywhere; }
      .way i { color: var(--_muted); font-style: normal; }
      .way .arrow { color: var(--_muted); }
      @container (width < 40rem) { .who-row { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];

  static override properties = {
    ...ConsoleElement.properties,
    item: { attribute: false },
    api: { attribute: false },
    members: { state: true },
    teams: { state: true },
    requests: { state: true },
    search: { state: true },
    searched: { state: true },
    revoking: { state: true },
  };

  protected static override subject = [...ConsoleElement.subject, 'item'];

  /** The id of the site that is shown; undefined: the list of all. */
  declare item: string | undefined;
  /** The API that shares sites; undefined: the deployment has none. */
  declare api: SiteApi | undefined;
  /** The members whose access is shown, by id. */
  declare private members: ReadonlyMap<string, Member>;
  /** The teams with access to the shown site. */
  declare private teams: readonly SiteTeam[];
  /** The open requests for sensitive data. */
  declare private requests: readonly SiteRequest[];
  declare private search: string;
  /** What was searched for last; empty: everybody is shown. */
  declare private searched: string;
  declare private revoking: SiteTeam | undefined;
  /** The ids of requests that the person has decided: what was read before still has them. */
  readonly #decided = new Set<string>();
  readonly #sites = new Pages<Explanation>(this, (error) => this.failed(error));
  readonly #seers = new Pages<Explanation>(this, (error) => this.failed(error));
  /** Those of them whom a search finds. */
  readonly #found = new Pages<Explanation>(this, (error) => this.failed(error));

  constructor() {
    super();
    this.members = new Map();
    this.teams = [];
    this.requests = [];
    this.search = '';
    this.searched = '';
  }

  protected override get isInUse(): boolean {
    return super.isInUse || this.search !== '';
  }

  protected override async loadFor(): Promise<void> {
    const { access } = this.muster;
    await Promise.all([
      this.#sites.start((cursor, signal) => access.explain({ cursor, perPage: 20 }, { signal })),
      this.#readSite(),
      this.#readRequests(),
    ]);
  }

  async #readSite(): Promise<void> {
    const { item, api } = this;
    this.search = '';
    this.searched = '';
    if (!this.isRefreshing) this.teams = [];
    if (item === undefined) return;
    const { access } = this.muster;
    await Promise.all([
      this.#seers.start(async (cursor, signal) => {
        const page = await access.explain({ site: item, cursor, perPage: 20 }, { signal });
        await this.#know(page.data);
        return page;
      }),
      api &&
        this.still(api.teams(this.person.organization.id, item)).then((teams) => {
          this.teams = teams;
        }),
    ]);
  }

  async #readRequests(): Promise<void> {
    const { api } = this;
    const { id } = this.person.organization;
    const mayDecide = api && this.may('audit-log:read');
    const requests = mayDecide ? await this.still(readRequests(this.muster, api, id)) : [];
    this.requests = requests.filter((request) => !this.#decided.has(request.id));
  }

  /** Reads the members of some rows. */
  async #know(rows: readonly Explanation[]): Promise<void> {
    const ids = rows.map(({ memberId }) => memberId).filter((id) => !this.members.has(id));
    const { members } = this.muster;
    const read = await this.still(Promise.all(ids.map((id) => members.read(id).catch(() => undefined))));
    this.members = new Map([
      ...this.members,
      ...read.flatMap((member) => (member ? [[member.id, member] as const] : [])),
    ]);
  }

  protected override content(): TemplateResult {
    return html`${this.item === undefined ? this.#all() : this.#one(this.item)}${this.revoking ? this.#question(this.revoking) : nothing}`;
  }

  #all(): TemplateResult {
    const { sites: words } = this.words;
    const { rows, isLoading, failure } = this.#sites;
    const { id } = this.person.organization;
    return html`
      <div class="head"><h2 tabindex="-1">${words.title}</h2></div>
      <p class="lead">${words.lead}</p>
      ${
        this.requests.length > 0
          ? html`<section aria-label=${words.requests}>${repeat(
              this.requests,
              (request) => request.id,
              (request) => this.#request(request),
            )}</section>`
          : nothing
      }
      ${
        rows.length > 0
          ? html`<ul class="list" aria-label=${words.title}>${repeat(
              rows,
              ({ siteId }) => siteId,
              (
                row,
              ) => html`<li class="row"><div><div class="name"><a href=${fragmentOf(id, 'sites', row.siteId)}><bdi>${row.siteName}</bdi></a></div>
                <div class="ways">${row.reasons.map((reason) => this.#way(reason))}</div></div>
                <div class="cluster"><a class="button" href=${fragmentOf(id, 'sites', row.siteId)} aria-label=${`${words.who}: ${row.siteName}`}>${words.who}</a></div></li>`,
            )}</ul>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.search, words.none, words.noneText)}</div>`
      }
      ${this.foot(this.#sites)}`;
  }

  #one(siteId: string): TemplateResult {
    const { sites: words } = this.words;
    const isSearch = this.searched !== '';
    const seers = isSearch ? this.#found : this.#seers;
    const { rows, isLoading, hasMore, failure } = seers;
    const isAdmin = this.may('access:explain');
    const sharing = this.teams.filter(({ isOwner }) => !isOwner);
    return html`
      <a class="back" href=${fragmentOf(this.person.organization.id, 'sites')}>← ${words.back}</a>
      <div class="head"><h2 tabindex="-1"><bdi>${this.#siteName ?? words.title}</bdi></h2></div>
      ${this.requests.filter((request) => request.siteId === siteId).map((request) => this.#request(request))}
      <section><h3>${isAdmin ? words.who : words.own}</h3>
      ${isAdmin ? html`<div class="tools">${searchField(words.search, this.search, (value) => this.#find(value), words.searchHint)}</div>` : nothing}
      ${
        rows.length > 0
          ? html`<ul class="list" aria-label=${words.who}>${repeat(
              rows,
              ({ memberId }) => memberId,
              (row) => this.#seer(row),
            )}</ul>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.search, words.nobody, hasMore ? this.texts.members.noneSoFar : words.nobodyText)}</div>`
      }
      ${isSearch ? this.#furtherFound() : this.foot(this.#seers)}</section>
      ${
        sharing.length > 0
          ? html`<section class="section"><h3>${words.grants}</h3><p class="lead">${words.grantsText}</p>
            <ul class="list" aria-label=${words.grants}>${sharing.map((team) => this.#grant(team))}</ul></section>`
          : nothing
      }`;
  }

  /** The name of the site that is shown; undefined: it isn't known. */
  get #siteName(): string | undefined {
    return [...this.#seers.rows, ...this.#sites.rows].find(({ siteId }) => siteId === this.item)?.siteName;
  }

  #find(value: string): void {
    this.search = value;
    const search = value.trim();
    const { item } = this;
    this.later(() => {
      this.searched = search;
      if (search === '') return;
      const { members, access } = this.muster;
      void this.#found.start(async (cursor, signal) => {
        const { data, meta } = await members.list({ search, cursor, perPage: FOUND }, { signal });
        this.members = new Map([...this.members, ...data.map((member) => [member.id, member] as const)]);
        const reasons = await Promise.all(data.map(({ id }) => access.explain({ site: item, member: id }, { signal })));
        return { data: reasons.flatMap((page) => page.data), meta };
      });
    }, TYPING);
  }

  /** The way to more members whom the search finds. */
  #furtherFound(): TemplateResult {
    const { texts } = this;
    const { rows, isLoading, hasMore, failure } = this.#found;
    const status = rows.length > 0 ? texts.foundSoFar(this.number(rows.length), hasMore) : nothing;
    return html`${failureNote(failure, texts)}<div class="foot"><span role="status" tabindex="-1">${isLoading ? texts.loading : status}</span>
      ${furtherButtons(this.#found, true, texts)}</div>`;
  }

  #seer({ memberId, reasons, actions }: Explanation): TemplateResult {
    const { sites: words } = this.words;
    const member = this.members.get(memberId);
    return html`<li class="row who-row">
      ${
        member
          ? html`<div class="who">${avatar(member.userProfile)}<div><div class="name">${nameOf(member.userProfile)}</div>
            <div class="detail">${actions.map((action) => words.actions[action]).join(', ')}</div></div></div>`
          : html`<div class="detail">${memberId}</div>`
      }
      <div class="ways">${reasons.map((reason) => this.#way(reason))}</div></li>`;
  }

  /** Draws a reason: from the person's place by the team to the site. */
  #way({ by, teamName, placeRole, share, chargerIds, sensitive, sensitiveUntil }: Reason): TemplateResult {
    const { sites: words } = this.words;
    const place = by === 'ADMIN' ? words.by.ADMIN : words.by[by](placeRole ? words.teamRoles[placeRole] : '');
    const arrow = html`<span class="arrow" aria-hidden="true">→</span>`;
    return html`<div class="way"><b>${place}</b>${arrow}<b><bdi>${teamName}</bdi></b><i>${words.share[share]}${
      chargerIds === null ? nothing : ` ${words.chargers(chargerIds.length)}`
    }</i>${
      sensitive && share === 'SHARED'
        ? html`<span class="badge good">${words.sensitive} ${sensitiveUntil === null ? words.noEnd : words.until(this.day(sensitiveUntil))}</span>`
        : nothing
    }</div>`;
  }

  #grant(team: SiteTeam): TemplateResult {
    const { sites: words } = this.words;
    const { name, isShown, until } = team;
    return html`<li class="row"><div class="name"><bdi>${name}</bdi></div><div class="cluster">${
      isShown
        ? html`<span class="badge good">${until === undefined ? words.noEnd : words.until(this.day(until))}</span>
          ${team.mayManage ? html`<button class="button danger" type="button" aria-label=${`${words.revoke}: ${name}`} @click=${() => this.#ask(team)}>${words.revoke}</button>` : nothing}`
        : html`<span class="badge">${this.words.never}</span>`
    }</div></li>`;
  }

  #ask(team: SiteTeam | undefined): void {
    this.revoking = team;
  }

  #question(team: SiteTeam): TemplateResult {
    const { sites: words } = this.words;
    const { api, item } = this;
    return this.question(
      {
        heading: words.revokeTitle(team.name, this.#siteName ?? words.title),
        consequences: [words.revokeText],
        label: words.revoke,
      },
      () => this.#ask(undefined),
      async () => {
        if (api) await this.still(api.revoke(this.person.organization.id, item ?? '', team.uuid));
        this.say(words.revoked(team.name));
        await this.#readSite();
      },
    );
  }

  #request(request: SiteRequest): TemplateResult {
    const { sites: words } = this.words;
    const { teamName, siteName, siteId, teamUuid, expiresAt } = request;
    const decide = async (isGranted: boolean) => {
      const { api } = this;
      const { id } = this.person.organization;
      const isDone = await this.actAndSay(
        async () => {
          if (!api) return;
          await (isGranted ? api.grant(id, siteId, teamUuid, expiresAt) : api.revoke(id, siteId, teamUuid));
        },
        isGranted ? words.granted(teamName) : words.declined(teamName),
      );
      if (!isDone) return;
      this.#decided.add(request.id);
      this.requests = this.requests.filter((each) => each.id !== request.id);
      await this.#readSite();
      await this.keepFocus();
    };
    return html`<div class="notice"><p>${words.asks(teamName, siteName)}
        <span class="hint">${expiresAt === undefined ? words.noEnd : words.until(this.day(expiresAt))}</span></p>
      <button class="button" type="button" aria-label=${`${words.decline}: ${teamName}`} @click=${() => decide(false)}>${words.decline}</button>
      <button class="button primary" type="button" aria-label=${`${words.grant}: ${teamName}`} @click=${() => decide(true)}>${words.grant}</button></div>`;
  }
}
customElements.define('console-sites', ConsoleSites);
