import { css, nothing, type TemplateResult } from 'lit';
import { oneLine } from '../../../lib/domain/user-text.ts';
import { field, submitButton } from '../../client/components/form.ts';
import { html } from '../../client/components/html.ts';
import { nameOf, type Person } from '../../client/components/person.ts';
import { failureNote } from '../../client/components/states.ts';
import type { Language } from '../../client/src/index.ts';
import { ConsoleElement } from './element.ts';
import { fragmentOf } from './place.ts';

/** How many pages of admins are read, at most, to find the owner. */
const PAGES = 10;

/** `<console-organization>`: the name and language of an organization, and its end. */
export class ConsoleOrganization extends ConsoleElement {
  static override styles = [
    ...ConsoleElement.styles,
    css`
      .panel { max-width: 34rem; padding: 1.25rem; }
      .panel + .panel { margin-block-start: 1.25rem; }
      .end { border-color: color-mix(in srgb, var(--_danger) 45%, var(--_line)); }
    `,
  ];

  static override properties = {
    ...ConsoleElement.properties,
    isDeleting: { state: true },
    mistake: { state: true },
    owner: { state: true },
  };

  declare private isDeleting: boolean;
  declare private mistake: string | undefined;
  /** The name of the owner; undefined: not found among the admins that were read. */
  declare private owner: string | undefined;

  constructor() {
    super();
    this.isDeleting = false;
  }

  protected override get isInUse(): boolean {
    const form = this.renderRoot.querySelector('form');
    const { name, language } = this.person?.organization ?? {};
    const typed = form && new FormData(form);
    // A field that can't be changed isn't in the data of the form.
    const isTyped = typed?.get('name') !== name || (typed?.get('language') ?? language) !== language;
    return super.isInUse || (form !== null && isTyped);
  }

  protected override async loadFor({ me, membership }: Person, signal: AbortSignal): Promise<void> {
    this.owner = membership.owner ? nameOf(me) : await this.#readOwner(signal);
  }

  /** Finds the owner, who is an admin. */
  async #readOwner(signal: AbortSignal): Promise<string | undefined> {
    let cursor: string | null | undefined;
    for (let pages = 0; pages < PAGES && cursor !== null; pages += 1) {
      const { data, meta } = await this.muster.members.list({ role: 'ADMIN', cursor, perPage: 100 }, { signal });
      const owner = data.find((each) => each.owner);
      if (owner) return nameOf(owner.userProfile);
      cursor = meta.nextCursor;
    }
    return undefined;
  }

  protected override content(): TemplateResult {
    const { texts, person } = this;
    const { organization: words } = this.words;
    const { name, language, id } = person.organization;
    const mayChange = this.may('organization:update');
    return html`
      <div class="head"><h2 tabindex="-1">${words.title}</h2></div>
      <form class="panel stack" @submit=${this.#save}>
        ${field(
          { id: 'name', label: words.name },
          html`<input class="input" id="name" name="name" required maxlength="100" dir="auto" ?readonly=${!mayChange} .value=${name}>`,
        )}
        ${field(
          { id: 'language', label: words.language, hint: words.languageHint },
          html`<select class="input" id="language" name="language" aria-describedby="language-hint" ?disabled=${!mayChange}>${(
            ['en', 'de'] as const
          ).map(
            (each) => html`<option value=${each} ?selected=${each === language}>${words.languages[each]}</option>`,
          )}</select>`,
        )}
        ${this.isDeleting ? nothing : failureNote(this.problem, texts)}
        ${mayChange ? html`<div class="actions">${submitButton(texts.save, this.isBusy, texts.saving)}</div>` : nothing}
      </form>
      ${this.#ownership()}
      <div class="panel">${this.copyField(words.id, id)}</div>
      ${
        this.may('organization:delete')
          ? html`<div class="panel end stack"><h3>${words.delete}</h3><p>${words.deleteLead}</p>
            <div><button class="button danger" type="button" aria-haspopup="dialog" @click=${() => this.#ask(true)}>${words.delete} …</button></div></div>`
          : nothing
      }
      ${this.isDeleting ? this.#question(name) : nothing}`;
  }

  /** Says who the owner is, and to the owner where the ownership is handed over. */
  #ownership(): TemplateResult | typeof nothing {
    const { organization: words } = this.words;
    const { membership, organization } = this.person;
    if (this.owner === undefined) return nothing;
    return html`<div class="panel stack"><h3>${words.owner}</h3>${
      membership.owner
        ? html`<p>${words.ownerYou} <a href=${fragmentOf(organization.id, 'members')}>${words.ownerOffer}</a></p>`
        : html`<p>${words.ownerIs(this.owner)}</p>`
    }</div>`;
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const name = String(data.get('name')).trim();
    const language = data.get('language') as Language;
    const { organization } = this.person;
    await this.act(async () => {
      const changed = await this.muster.organizations.update(organization.id, { name, language });
      this.person = { ...this.person, organization: { ...organization, ...changed } };
      this.say(this.words.saved);
      this.changed({ resource: 'organization', id: organization.id });
    });
  };

  #ask(isDeleting: boolean): void {
    this.isDeleting = isDeleting;
    this.problem = undefined;
    this.mistake = undefined;
  }

  #question(name: string): TemplateResult {
    const { texts, mistake } = this;
    const { organization: words } = this.words;
    return this.dialog(
      words.deleteTitle(name),
      () => this.#ask(false),
      html`<form class="stack" @submit=${(event: SubmitEvent) => this.#delete(event, name)}>
        <ul class="consequences"><li>${words.deleteMembers}</li><li>${words.deleteInvitations}</li><li>${words.deleteData}</li></ul>
        ${field(
          { id: 'confirm', label: words.confirm(name), mistake },
          html`<input class="input" id="confirm" name="confirm" autocomplete="off" dir="auto" aria-invalid=${mistake ? 'true' : nothing}
            aria-describedby=${mistake ? 'confirm-mistake' : nothing}>`,
        )}
        ${failureNote(this.problem, texts)}
        <div class="actions"><button class="button" type="button" @click=${() => this.#ask(false)}>${texts.cancel}</button>
          ${submitButton(words.deleteDo, this.isBusy, texts.saving, 'danger')}</div></form>`,
    );
  }

  async #delete(event: SubmitEvent, name: string): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    if (asShown(String(new FormData(form).get('confirm'))) !== asShown(name)) {
      this.mistake = this.words.organization.mismatch;
      form.querySelector<HTMLElement>('#confirm')?.focus();
      return;
    }
    const { id } = this.person.organization;
    await this.act(async () => {
      await this.muster.organizations.delete(id);
      this.isDeleting = false;
      this.emit('console-left', this.words.organization.deleted(name));
      this.changed({ resource: 'organization', id });
    });
  }
}
customElements.define('console-organization', ConsoleOrganization);

/** Returns a name as people see it: they can't type what is invisible in it, or tell one space from two. */
function asShown(name: string): string {
  return oneLine(name.normalize('NFC'), name.length);
}
