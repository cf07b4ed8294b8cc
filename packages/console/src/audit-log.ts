import { css, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { AUDIT_ACTIONS } from '../../../lib/domain/audit.ts';
import { ROLES } from '../../../lib/domain/roles.ts';
import { TYPING } from '../../client/components/element.ts';
import { html } from '../../client/components/html.ts';
import { ICONS } from '../../client/components/icons.ts';
import { Pages } from '../../client/components/pages.ts';
import { nameOf } from '../../client/components/person.ts';
import { emptyState } from '../../client/components/states.ts';
import type { AuditAction, AuditEntry, AuditLogsListQuery, Member, Role } from '../../client/src/index.ts';
import { ACTORS, type Named, SENTENCES } from './audit-texts.ts';
import { csvOf, download } from './csv.ts';
import { ConsoleElement } from './element.ts';
import { Names } from './names.ts';

/** The most entries that one export has. */
const EXPORTED = 10_000;

/** How many pages a search by name reads, and how many people it finds, at most. */
const PAGES = 10;
const MATCHES = 10;

/** What an id looks like that may have a name: `mem_...`. */
const ID = /^(usr|mem|inv|team|int|whk|site)_/;

/** Somebody who may be the person by whom is filtered. */
type Match = Pick<Member, 'userId'> & { readonly userProfile: Parameters<typeof nameOf>[0] };

/** `<console-audit-log>`: what has changed in an organization, in sentences. */
export class ConsoleAuditLog extends ConsoleElement {
  static override styles = [
    ...ConsoleElement.styles,
    css`
      .filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin-block-end: 1rem; align-items: end; }
      .filters .field { gap: 0.25rem; }
      .filters label { font-size: 0.875rem; }
      .row { display: block; padding: 0; contain-intrinsic-size: auto 3rem; }
      summary { display: grid; grid-template-columns: 1rem minmax(0, 1fr) auto; gap: 0.25rem 0.75rem; align-items: baseline; padding: 0.6875rem 1rem; cursor: pointer; list-style: none; }
      summary > span { overflow-wrap: anywhere; }
      summary::-webkit-details-marker { display: none; }
      summary:hover { background: var(--_hover); }
      summary:focus-visible { outline-offset: -2px; border-radius: var(--_radius); }
      summary::before { content: '›'; color: var(--_muted); transition: rotate 120ms; text-align: center; }
      details[open] > summary::before { rotate: 90deg; }
      time { color: var(--_muted); font-size: 0.875rem; white-space: nowrap; }
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; padding: 0.125rem 1rem 0.875rem 2.75rem; font-size: 0.875rem; }
      dt { color: var(--_muted); }
      dd { overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: 0.8125rem; }
      @container (width < 40rem) {
        summary { grid-template-columns: 1rem minmax(0, 1fr); }
        time { grid-column: 2; }
      }
    `,
  ];

  static override properties = {
    ...ConsoleElement.properties,
    filter: { state: true },
    email: { state: true },
    mistake: { state: true },
    found: { state: true },
    exporting: { state: true },
  };

  declare private filter: AuditLogsListQuery;
  /** The address or name of the person by whom is filtered. */
  declare private email: string;
  declare private mistake: string | undefined;
  /** Several who have the name: one has to be chosen. */
  declare private found: readonly Match[];
  /** How many entries an export has read; undefined: none runs. */
  declare private exporting: number | undefined;
  readonly #list = new Pages<AuditEntry>(this, (error) => this.failed(error));
  #names = new Names(undefined, () => {});

  constructor() {
    super();
    this.filter = {};
    this.email = '';
    this.found = [];
  }

  protected override async loadFor(): Promise<void> {
    if (!this.isRefreshing) this.#names = new Names(this.muster, () => this.requestUpdate());
    await this.#start();
  }

  #start(): Promise<void> {
    const { auditLogs } = this.muster;
    return this.#list.start(async (cursor, signal) => {
      const page = await auditLogs.list({ ...this.filter, cursor, perPage: 20 }, { signal });
      this.#names.learn(page.data);
      return page;
    });
  }

  protected override content(): TemplateResult {
    const { audit: words } = this.words;
    const { rows, isLoading, failure } = this.#list;
    // Whoever isn't found has done nothing: entries of others would be a wrong answer.
    const isShown = !this.mistake && this.found.length === 0;
    return html`
      <div class="head"><h2 tabindex="-1">${words.title}</h2>
        <button class="button" type="button" aria-disabled=${this.exporting === undefined ? nothing : 'true'} @click=${this.#export}>${
          this.exporting === undefined ? words.export : words.exporting(this.number(this.exporting))
        }</button></div>
      ${this.#filters()}
      ${
        !isShown
          ? this.#who()
          : rows.length > 0
            ? html`<ol class="list" aria-label=${words.title}>${repeat(
                rows,
                ({ id }) => id,
                (entry) => this.#row(entry),
              )}</ol>`
            : isLoading || failure
              ? nothing
              : html`<div class="list">${emptyState(ICONS.search, words.none, words.noneText)}</div>`
      }
      ${isShown ? this.foot(this.#list, words.shown(this.number(rows.length), rows.length)) : nothing}`;
  }

  /** What stands in the list's place while it isn't known by whom the entries are to be. */
  #who(): TemplateResult {
    const { audit: words } = this.words;
    if (this.found.length === 0)
      return html`<div class="list">${emptyState(ICONS.search, words.none, this.mistake ?? '')}</div>`;
    return html`<div class="panel stack"><p role="status">${words.which}</p><div class="cluster">${this.found.map(
      ({ userId, userProfile }) =>
        html`<button class="button" type="button" @click=${() => {
          this.email = userProfile.email;
          this.found = [];
          this.#by({ actor: userId });
          void this.keepFocus();
        }}>${nameOf(userProfile)}<span class="detail">${userProfile.email}</span></button>`,
    )}</div></div>`;
  }

  #filters(): TemplateResult {
    const { audit: words } = this.words;
    const { action = '', from, to } = this.filter;
    const day = (time: string | undefined) => (time === undefined ? '' : localDay(new Date(time)));
    const isFiltered = this.email !== '' || Object.values(this.filter).some((value) => value !== undefined);
    return html`<form class="filters" @submit=${(event: Event) => event.preventDefault()}>
      <div class="field"><label for="person">${words.person}</label>
        <input class="input" id="person" type="text" autocomplete="off" spellcheck="false" placeholder=${words.personHint} .value=${this.email}
          aria-invalid=${this.mistake ? 'true' : nothing} aria-describedby="person-mistake" @input=${this.#typed}></div>
      <div class="field"><label for="action">${words.action}</label>
        <select class="input" id="action" @change=${(event: Event) => this.#by({ action: (inputOf(event) || undefined) as AuditAction | undefined })}>
          <option value="">${words.allActions}</option>${AUDIT_ACTIONS.map(
            (each) => html`<option value=${each} ?selected=${each === action}>${this.#label(each)}</option>`,
          )}</select></div>
      <div class="field"><label for="from">${words.from}</label>
        <input class="input" id="from" type="date" .value=${day(from)} @change=${(event: Event) => this.#by({ from: startOf(inputOf(event), 0) })}></div>
      <div class="field"><label for="to">${words.to}</label>
        <input class="input" id="to" type="date" .value=${to === undefined ? '' : localDay(new Date(Date.parse(to) - 1))}
          @change=${(event: Event) => this.#by({ to: startOf(inputOf(event), 1) })}></div>
      ${isFiltered ? html`<button class="button quiet" type="button" @click=${this.#clear}>${words.clear}</button>` : nothing}
    </form><p class="mistake" id="person-mistake" role="alert">${this.mistake ?? nothing}</p>`;
  }

  #by(changes: Partial<AuditLogsListQuery>): void {
    this.filter = { ...this.filter, ...changes };
    void this.#start();
  }

  #clear = (): void => {
    this.filter = {};
    this.email = '';
    this.mistake = undefined;
    this.found = [];
    void this.#start();
    void this.keepFocus();
  };

  #typed = (event: Event): void => {
    this.email = inputOf(event);
    this.later(() => void this.#byPerson(), TYPING);
  };

  async #byPerson(): Promise<void> {
    const { email } = this;
    const written = email.trim();
    if (written === '') {
      this.mistake = undefined;
      this.found = [];
      this.#by({ actor: undefined });
      return;
    }
    const { signal } = this;
    try {
      const found = await this.#find(written);
      if (this.email !== email) return;
      const [first] = found;
      this.mistake = undefined;
      this.found = [];
      if (!first) this.mistake = this.words.audit.nobody(written);
      else if (found.length === 1) this.#by({ actor: first.userId });
      else this.found = found.slice(0, MATCHES);
    } catch (error) {
      if (!signal.aborted) this.mistake = this.failed(error).text(this.texts);
    }
  }

  /** Finds who has an address, or a name: members, and by their address also who was one. @throws MusterError */
  async #find(text: string): Promise<readonly Match[]> {
    const found: Match[] = [];
    let cursor: string | null | undefined;
    for (let pages = 0; pages < PAGES && found.length < MATCHES && cursor !== null; pages += 1) {
      const { data, meta } = await this.muster.members.list({ search: text, cursor, perPage: MATCHES });
      found.push(...data);
      cursor = meta.nextCursor;
    }
    if (found.length > 0 || !/^\S+@\S+\.\S+$/.test(text)) return found;
    const userId = await this.#names.formerUser(text);
    return userId === undefined ? [] : [{ userId, userProfile: { firstName: '', lastName: '', email: text } }];
  }

  #row(entry: AuditEntry): TemplateResult {
    const { audit: words } = this.words;
    const { createdAt, action, requestId, sourceAddress, metadata, resourceId } = entry;
    const { actor, sentence } = this.#tell(entry);
    const change = (label: string, value: Readonly<Record<string, unknown>> | undefined) =>
      value
        ? html`<dt>${label}</dt><dd>${Object.entries(value).map(([key, each]) => html`<div>${this.#fact(key, each)}</div>`)}</dd>`
        : nothing;
    const about = this.#names.of(resourceId);
    return html`<li class="row"><details>
      <summary><span><strong><bdi>${actor}</bdi></strong> ${sentence}</span><time datetime=${createdAt}>${this.moment(createdAt)}</time></summary>
      <dl><dt>${words.action}</dt><dd>${action}</dd>
        <dt>${words.about}</dt><dd><bdi>${about ? `${about} (${resourceId})` : resourceId}</bdi></dd>
        ${change(words.before, metadata?.before)}${change(words.after, metadata?.after)}
        ${sourceAddress === null ? nothing : html`<dt>${words.address}</dt><dd>${sourceAddress}</dd>`}
        <dt>${words.request}</dt><dd>${requestId}</dd></dl></details></li>`;
  }

  /** Returns a part of what changed, with names for ids where there are any: "Role: User". */
  #fact(key: string, value: unknown): string {
    const { audit: words } = this.words;
    const label = (words.facts as Readonly<Record<string, string>>)[key] ?? key;
    const shown = (each: unknown): string => {
      if (key === 'role' && (ROLES as readonly unknown[]).includes(each)) return this.roleLabel(each as Role);
      if (typeof each !== 'string') return typeof each === 'object' ? JSON.stringify(each) : String(each);
      const name = ID.test(each) ? this.#names.of(each) : undefined;
      return name ? `${name} (${each})` : each;
    };
    return `${label}: ${Array.isArray(value) ? value.map(shown).join(', ') : shown(value)}`;
  }

  /** Returns the name of what an id means; of a member whom nothing names any more, the id. */
  #nameOf(id: string): string | undefined {
    const name = this.#names.of(id);
    return name === undefined && this.#names.isGone(id) && id.startsWith('mem_') ? this.words.audit.memberId(id) : name;
  }

  /** Returns what an action is, for a choice: "Invited … as …". */
  #label(action: AuditAction): string {
    const text = SENTENCES[this.shown][action]({ it: '…', other: '…', from: '…', to: '…' });
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  /** Returns who did what, in words. */
  #tell({ action, actorType, actorId, resourceId, metadata }: AuditEntry): { actor: string; sentence: string } {
    const { before = {}, after = {} } = metadata ?? {};
    const label = (of: Readonly<Record<string, unknown>>) => {
      const { role } = of;
      return (ROLES as readonly unknown[]).includes(role) ? this.roleLabel(role as Role) : undefined;
    };
    const otherId = after.memberId ?? before.memberId ?? after.teamId ?? before.teamId;
    const named: Named = {
      it: this.#nameOf(resourceId),
      other: typeof otherId === 'string' ? this.#nameOf(otherId) : undefined,
      from: label(before),
      to: label(after) ?? (typeof after.parentTeamId === 'string' ? after.parentTeamId : undefined),
    };
    const name = actorType === 'user' || actorType === 'integration' ? this.#names.of(actorId) : undefined;
    return { actor: name ?? ACTORS[this.shown][actorType], sentence: SENTENCES[this.shown][action]?.(named) ?? action };
  }

  #export = async (): Promise<void> => {
    if (this.exporting !== undefined) return;
    const { audit: words } = this.words;
    if (this.mistake || this.found.length > 0) {
      this.say(this.mistake ?? words.which);
      return;
    }
    const { signal } = this;
    this.exporting = 0;
    const entries: AuditEntry[] = [];
    try {
      for await (const entry of this.muster.auditLogs.list({ ...this.filter })) {
        entries.push(entry);
        if (entries.length % 100 === 0) this.exporting = entries.length;
        if (entries.length === EXPORTED) break;
      }
      this.#names.learn(entries);
      await this.still(this.#names.settled(entries.flatMap(({ actorId, resourceId }) => [actorId, resourceId])));
      const rows = entries.map((entry) => {
        const { actor, sentence } = this.#tell(entry);
        const { before, after } = entry.metadata ?? {};
        return [
          ...[entry.createdAt, actor, entry.actorType, entry.actorId, entry.action, sentence],
          ...[
            entry.resourceType,
            entry.resourceId,
            before ? JSON.stringify(before) : '',
            after ? JSON.stringify(after) : '',
          ],
          ...[entry.sourceAddress ?? '', entry.requestId],
        ];
      });
      download(csvOf([words.columns, ...rows]), `audit-log-${localDay(new Date())}.csv`);
      const count = this.number(entries.length);
      this.say(entries.length === EXPORTED ? words.capped(count) : words.exported(count, entries.length));
    } catch (error) {
      if (!signal.aborted) this.say(this.failed(error).text(this.texts));
    } finally {
      if (!signal.aborted) this.exporting = undefined;
    }
  };
}
customElements.define('console-audit-log', ConsoleAuditLog);

function inputOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

/** Returns a day in the person's time zone: `2026-11-28`. */
function localDay(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Returns when a day begins in the person's time zone, or one of the days after it. */
function startOf(day: string, later: number): string | undefined {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return day === '' ? undefined : new Date(year, month - 1, date + later).toISOString();
}
