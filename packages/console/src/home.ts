import { css, LitElement, nothing, type TemplateResult } from 'lit';
import { failureOf } from '../../client/components/failure.ts';
import { html } from '../../client/components/html.ts';
import type { Change } from '../../client/components/screen.ts';
import { TEXTS as SCREEN_TEXTS } from '../../client/components/texts.ts';
import type { Language, Me, Muster, RoleDescription } from '../../client/src/index.ts';
import { initialOf, LOOK } from './look.ts';
import type { Refreshing } from './pages.ts';
import { fragmentOf } from './place.ts';
import { TEXTS, type Texts } from './texts.ts';

/** The person's organizations, what waits for their answer, and the way to an organization of their own. */
export class ConsoleHome extends LitElement {
  static override properties = {
    client: { attribute: false },
    me: { attribute: false },
    roles: { attribute: false },
    language: {},
    wasMember: { attribute: false },
    busy: { state: true },
    error: { state: true },
  };

  declare client: Muster;
  declare me: Me;
  declare roles: readonly RoleDescription[];
  declare language: Language;
  /** Whether the person was in an organization a moment ago. */
  declare wasMember: boolean;
  /** The id of what is being answered; undefined: nothing. */
  declare busy: string | undefined;
  declare error: string;
  /** What had the focus when the person did something. It may be gone afterwards. */
  #acted: Element | null = null;

  constructor() {
    super();
    this.error = '';
    this.wasMember = false;
  }

  get #texts(): Texts {
    return TEXTS[this.language];
  }

  /** Moves the focus to the name of an organization to create. */
  async focusName(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
  }

  /** Reads again who invites the person. The frame reads the rest. */
  async refresh(): Promise<void> {
    await this.renderRoot.querySelector<Element & Refreshing>('muster-waiting')?.refresh?.();
  }

  override updated(): void {
    if (!this.#acted || this.#acted.isConnected) return;
    this.#acted = null;
    if (!this.shadowRoot?.activeElement) this.renderRoot.querySelector('h1')?.focus();
  }

  override render(): TemplateResult {
    const { memberships, invitations, ownershipOffers, email } = this.me;
    const { home } = this.#texts;
    const isAlone = memberships.length === 0;
    return html`
      <h1 tabindex="-1">${isAlone ? (this.wasMember ? home.none.former : home.none.title) : home.yours}</h1>
      ${isAlone ? html`<p class="muted lead">${invitations.length > 0 ? home.none.invited : home.none.notInvited(email)}</p>` : nothing}
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      <muster-waiting quiet .client=${this.client} .language=${this.language} @muster-changed=${this.#answered}></muster-waiting>
      ${ownershipOffers.length > 0 ? html`<h2>${home.offers}</h2><ul>${ownershipOffers.map((each) => this.#renderOffer(each))}</ul>` : nothing}
      ${
        isAlone
          ? nothing
          : html`${invitations.length + ownershipOffers.length > 0 ? html`<h2>${home.yours}</h2>` : nothing}
      <ul>${memberships.map(
        ({ organizationId, organizationName, role, owner }) => html`<li class="card row">
          <span class="initial" aria-hidden="true">${initialOf(organizationName)}</span>
          <span class="what"><strong><bdi>${organizationName}</bdi></strong><span class="muted">${owner ? this.#texts.owner : this.#label(role)}</span></span>
          <a class="button plain" href=${fragmentOf(organizationId, 'members')} aria-label=${`${home.open}: ${organizationName}`}>${home.open}</a></li>`,
      )}</ul>`
      }
      <form class="card create" @submit=${this.#create}>
        <div><h2>${home.create}</h2><p class="muted">${home.createText}</p></div>
        <div class="field"><label for="name">${home.name}</label>
          <input id="name" name="name" required maxlength="100" autocomplete="organization" dir="auto"></div>
        <button class="button ${isAlone && invitations.length === 0 ? '' : 'plain'}" aria-disabled=${this.#isBusy('create')}>${home.create}</button>
      </form>`;
  }

  #renderOffer({ organizationId, organizationName, expiresAt }: Me['ownershipOffers'][number]): TemplateResult {
    const { home } = this.#texts;
    const answer = (accepts: boolean) =>
      this.#run(
        organizationId,
        accepts ? home.becameOwner(organizationName) : home.offerDeclined(organizationName),
        () =>
          accepts
            ? this.client.organizations.acceptOwnership(organizationId)
            : this.client.organizations.declineOwnership(organizationId),
      );
    return html`<li class="card row">
      <span class="initial" aria-hidden="true">${initialOf(organizationName)}</span>
      <span class="what"><span>${home.offersYou(organizationName)}</span><span class="muted">${home.until(this.#time(expiresAt))}</span></span>
      <span class="answers">
        <button type="button" class="button" aria-disabled=${this.#isBusy(organizationId)} @click=${() => answer(true)}>${home.accept}</button>
        <button type="button" class="button plain" aria-disabled=${this.#isBusy(organizationId)} @click=${() => answer(false)}>${home.decline}</button></span></li>`;
  }

  /** A button that is busy keeps the focus, which a disabled one doesn't. */
  #isBusy(id: string): 'true' | typeof nothing {
    return this.busy === id ? 'true' : nothing;
  }

  /** Goes to the organization whose invitation was accepted. */
  #answered({ detail: { resource, id } }: CustomEvent<Change>): void {
    if (resource !== 'organization' || id === undefined) return;
    const joined = this.me.invitations.find(({ organizationId }) => organizationId === id);
    if (joined) this.#tell(this.#texts.home.accepted(joined.organizationName));
    location.hash = fragmentOf(id, 'members');
  }

  async #create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get('name')).trim();
    let made: { readonly id: string } | undefined;
    await this.#run('create', this.#texts.home.created(name), async () => {
      made = await this.client.organizations.create({ name });
    });
    if (!made) return;
    form.reset();
    location.hash = fragmentOf(made.id, 'members');
  }

  /** Does something, and tells the frame what became true. @returns whether it worked */
  async #run(id: string, done: string, act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy !== undefined) return false;
    this.busy = id;
    this.error = '';
    this.#acted = this.shadowRoot?.activeElement ?? null;
    try {
      await act();
    } catch (error) {
      const { text, isStale } = failureOf(error);
      this.error = text(SCREEN_TEXTS[this.language]);
      // What is shown isn't true any more, such as an offer that was withdrawn: the frame reads it again.
      if (isStale) this.#emit('muster-changed', { resource: 'me' });
      return false;
    } finally {
      this.busy = undefined;
    }
    this.#tell(done);
    this.#emit('muster-changed', { resource: 'organization', id });
    return true;
  }

  /** Tells the person, on whatever page is next. */
  #tell(notice: string): void {
    this.#emit('console-notice', notice);
  }

  #emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #label(role: string): string {
    return this.roles.find((each) => each.role === role)?.label[this.language] ?? role;
  }

  #time(iso: string): string {
    return new Date(iso).toLocaleString(this.language === 'en' ? 'en-GB' : this.language, {
      dateStyle: 'long',
      timeStyle: 'short',
    });
  }

  static override styles = [
    LOOK,
    css`
      :host { display: block; }
      h2 { margin: 1.75rem 0 0.625rem; }
      .lead { margin: 0.5rem 0 1.25rem; max-width: 44rem; }
      .error { margin-top: 1rem; }
      ul { list-style: none; padding: 0; margin-top: 1rem; display: grid; gap: 0.625rem; }
      h2 + ul { margin-top: 0; }
      .row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1rem; padding: 0.875rem 1rem; }
      .what { flex: 1 1 14rem; display: grid; gap: 0.125rem; }
      .answers { display: flex; flex-wrap: wrap; gap: 0.5rem; }
      .create { display: grid; grid-template-columns: 1fr; gap: 1rem; margin-top: 1.75rem; padding: 1.25rem; max-width: 34rem; justify-items: start; }
      .create h2 { margin: 0 0 0.125rem; }
      .field { width: 100%; }
    `,
  ];
}
customElements.define('console-home', ConsoleHome);

declare global {
  interface HTMLElementTagNameMap {
    'console-home': ConsoleHome;
  }
}
