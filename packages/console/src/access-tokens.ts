import { nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { ROLES } from '../../../lib/domain/roles.ts';
import { field, submitButton } from '../../client/components/form.ts';
import { html } from '../../client/components/html.ts';
import { ICONS } from '../../client/components/icons.ts';
import { Pages } from '../../client/components/pages.ts';
import { emptyState, failureNote } from '../../client/components/states.ts';
import type { AccessToken, NewAccessToken, Role } from '../../client/src/index.ts';
import { ConsoleElement } from './element.ts';

/** After how many days a token may expire. */
const EXPIRIES = [30, 90, 365] as const;

/** `<console-access-tokens>`: the person's tokens for programs in an organization. */
export class ConsoleAccessTokens extends ConsoleElement {
  static override properties = {
    ...ConsoleElement.properties,
    isCreating: { state: true },
    made: { state: true },
    revoking: { state: true },
  };

  declare private isCreating: boolean;
  /** The new token, until the person has kept it. */
  declare private made: NewAccessToken | undefined;
  declare private revoking: AccessToken | undefined;
  readonly #list = new Pages<AccessToken>(this, (error) => this.failed(error));

  constructor() {
    super();
    this.isCreating = false;
  }

  protected override loadFor(): Promise<void> {
    const { accessTokens } = this.muster;
    return this.#list.start((cursor, signal) => accessTokens.list({ cursor, perPage: 20 }, { signal }));
  }

  protected override content(): TemplateResult {
    const { tokens: words } = this.words;
    const { rows, isLoading, failure } = this.#list;
    const create = html`<button class="button primary" type="button" aria-haspopup="dialog" @click=${() => this.#create(true)}>${words.create}</button>`;
    return html`
      <div class="head"><h2 tabindex="-1">${words.title}</h2>${rows.length > 0 ? create : nothing}</div>
      <p class="lead">${words.lead}</p>
      ${
        rows.length > 0
          ? html`<ul class="list" aria-label=${words.title}>${repeat(
              rows,
              ({ id }) => id,
              (token) => this.#row(token),
            )}</ul>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.lock, words.none, words.noneText, create)}</div>`
      }
      ${this.foot(this.#list)}
      ${this.isCreating ? this.#form() : nothing}
      ${this.made?.token ? this.secretDialog(words.made(this.made.name), this.made.name, this.made.token, () => this.#keep(undefined)) : nothing}
      ${this.revoking ? this.#question(this.revoking) : nothing}`;
  }

  #row(token: AccessToken): TemplateResult {
    const { tokens: words } = this.words;
    const { name, role, expiresAt, createdAt } = token;
    const isOver = expiresAt !== null && new Date(expiresAt) < new Date();
    const expiry =
      expiresAt === null
        ? words.noExpiry
        : isOver
          ? words.expired(this.day(expiresAt))
          : words.expires(this.day(expiresAt));
    return html`<li class="row"><div><div class="name"><bdi>${name}</bdi> ${
      role ? html`<span class="badge">${this.roleLabel(role)}</span>` : nothing
    } ${isOver ? html`<span class="badge warn">${expiry}</span>` : nothing}</div>
      <div class="detail">${words.created(this.day(createdAt))}${isOver ? nothing : html` · ${expiry}`}</div></div>
      <div class="cluster"><button class="button danger" type="button" aria-haspopup="dialog" aria-label=${words.revoke(name)}
        @click=${() => this.#revoke(token)}>${words.revokeDo}</button></div></li>`;
  }

  #create(isCreating: boolean): void {
    this.isCreating = isCreating;
    this.problem = undefined;
  }

  #keep(made: NewAccessToken | undefined): void {
    this.made = made;
  }

  #revoke(token: AccessToken | undefined): void {
    this.revoking = token;
  }

  #form(): TemplateResult {
    const { texts } = this;
    const { tokens: words } = this.words;
    const own = ROLES.slice(ROLES.indexOf(this.person.membership.role));
    return this.dialog(
      words.create,
      () => this.#create(false),
      html`<form class="stack" @submit=${this.#make}>
        ${field(
          { id: 'name', label: this.words.name, hint: words.nameHint },
          html`<input class="input" id="name" name="name" required maxlength="100" autocomplete="off" dir="auto" aria-describedby="name-hint">`,
        )}
        ${field(
          { id: 'expiry', label: words.expiry },
          html`<select class="input" id="expiry" name="expiry">${EXPIRIES.map(
            (days) => html`<option value=${days} ?selected=${days === 90}>${words.days(days)}</option>`,
          )}<option value="">${words.forever}</option></select>`,
        )}
        ${field(
          { id: 'role', label: words.role },
          html`<select class="input" id="role" name="role"><option value="">${words.roleSame}</option>${own.map(
            (role) => html`<option value=${role}>${this.roleLabel(role)}</option>`,
          )}</select>`,
        )}
        ${failureNote(this.problem, texts)}
        <div class="actions"><button class="button" type="button" @click=${() => this.#create(false)}>${texts.cancel}</button>
          ${submitButton(words.createDo, this.isBusy, texts.saving)}</div></form>`,
    );
  }

  #make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(data.get(name)).trim();
    const isMade = await this.act(async () => {
      this.made = await this.muster.accessTokens.create({
        name: text('name'),
        expiresInDays: text('expiry') === '' ? undefined : Number(text('expiry')),
        role: (text('role') || undefined) as Role | undefined,
      });
    });
    if (!isMade) return;
    this.isCreating = false;
    await this.loadFor();
  };

  #question(token: AccessToken): TemplateResult {
    const { tokens: words } = this.words;
    return this.question(
      {
        heading: words.revokeTitle(token.name),
        consequences: [words.revokeAtOnce, words.revokeChildren],
        label: words.revokeDo,
      },
      () => this.#revoke(undefined),
      async () => {
        await this.muster.accessTokens.revoke(token.id);
        this.say(words.revoked(token.name));
        await this.loadFor();
      },
    );
  }
}
customElements.define('console-access-tokens', ConsoleAccessTokens);
