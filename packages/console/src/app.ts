import { css, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { failureOf } from '../../client/components/failure.ts';
import { html } from '../../client/components/html.ts';
import { FRAME_ICONS, ICONS } from '../../client/components/icons.ts';
import { LANGUAGE_NAMES } from '../../client/components/language.ts';
import { TEXTS as SCREEN_TEXTS } from '../../client/components/texts.ts';
import {
  isMusterError,
  type Language,
  type Me,
  Muster,
  MusterError,
  type RoleDescription,
} from '../../client/src/index.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import './home.ts';
import { initialOf, LOOK } from './look.ts';
import './menu.ts';
import { isLoaded, loadPage, type Refreshing, showPage } from './pages.ts';
import { type AnyPage, CREATE, fragmentOf, GROUPS, type PageName, type Place, placeOf, sees } from './place.ts';
import { fetchInTime, Session, SignInError } from './session.ts';
import { codeOf, type Send, SiteApi } from './site-api.ts';
import { recall, remember } from './storage.ts';
import { chooseLanguage, presentLanguage, TEXTS, type Texts } from './texts.ts';

/** A membership of the person. */
type Membership = Me['memberships'][number];

/** What the whole console shows. */
type Phase =
  | { readonly is: 'starting' | 'signedOut' | 'windowDone' | 'unverified' | 'ready' }
  /** The remedy is to sign in anew, or else to try again. */
  | { readonly is: 'refused' | 'failed'; readonly error: unknown };

const PAGE_ICONS: Readonly<Record<PageName, TemplateResult>> = {
  ...{ members: ICONS.people, invitations: ICONS.mail, teams: FRAME_ICONS.tree, sites: FRAME_ICONS.place },
  ...{
    'access-tokens': FRAME_ICONS.key,
    webhooks: FRAME_ICONS.hook,
    'audit-log': FRAME_ICONS.page,
    organization: FRAME_ICONS.building,
  },
};

const LAST_ORGANIZATION = 'muster-console-organization';

/** After how long elsewhere the page is read again when the person comes back, in milliseconds. */
const AWAY = 30_000;

/** How long a notice stays, in milliseconds. */
const NOTICE_TIME = 10_000;

/** After how long a wait for an answer is explained, in milliseconds. */
const LONG = 8000;

/** The console: signs the person in, and shows the page of the address for one of their organizations. */
export class Console extends LitElement {
  static override properties = {
    phase: { state: true },
    me: { state: true },
    roles: { state: true },
    place: { state: true },
    language: { state: true },
    notice: { state: true },
    isMenuOpen: { state: true },
    isEnded: { state: true },
    problem: { state: true },
    unloaded: { state: true },
    late: { state: true },
    reading: { state: true },
  };

  declare phase: Phase;
  declare me: Me | undefined;
  declare roles: readonly RoleDescription[];
  declare place: Place;
  declare language: Language;
  /** What has just happened, in a sentence. */
  declare notice: string;
  /** Whether the navigation is open on a small screen. */
  declare isMenuOpen: boolean;
  /** Whether the person has to sign in again. */
  declare isEnded: boolean;
  /** Why signing in again has failed. */
  declare problem: unknown;
  /** The page whose script couldn't be loaded. */
  declare unloaded: { readonly page: AnyPage; readonly isOffline: boolean } | undefined;
  /** How many answers are long in coming. */
  declare late: number;
  /** How often it is being read who the person is now, after a change. */
  declare reading: number;

  /** Whether the notice says what went wrong: it doesn't go by itself. */
  #isLasting = false;
  #fading: ReturnType<typeof setTimeout> | undefined;
  /** Whether the person has been in an organization since the console was loaded. */
  #wasMember = false;
  /** Since when the window is hidden, or another one has the focus, in milliseconds since 1970; undefined: it isn't. */
  #awaySince: number | undefined;

  readonly #configuration: Configuration = readConfiguration();
  readonly #session: Session;
  readonly #muster: Muster;
  readonly #sites: SiteApi | undefined;

  constructor() {
    super();
    this.phase = { is: 'starting' };
    this.roles = [];
    this.place = placeOf(location.hash);
    this.language = presentLanguage();
    this.notice = '';
    this.isMenuOpen = false;
    this.isEnded = false;
    this.late = 0;
    this.reading = 0;
    this.#session = new Session(
      this.#configuration.signIn,
      () => {
        // Before the first page there is nothing to keep.
        if (this.phase.is === 'ready') this.isEnded = true;
        else this.phase = { is: 'refused', error: new SignInError('not_accepted') };
      },
      () => {
        this.phase = { is: 'signedOut' };
        this.isEnded = false;
      },
    );
    this.#muster = new Muster({ baseUrl: location.origin, token: this.#session.token, fetch: this.#fetch });
    this.#sites = this.#configuration.hasSites ? new SiteApi(this.#send) : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', () => this.#go());
    addEventListener('online', () => {
      if (this.phase.is === 'failed') void this.#start();
      if (this.unloaded) this.#loadPage(this.unloaded.page);
    });
    addEventListener('keydown', this.#key, true);
    this.addEventListener('keydown', this.#escape);
    for (const name of ['blur', 'focus']) addEventListener(name, this.#look);
    document.addEventListener('visibilitychange', this.#look);
    matchMedia('(max-width: 52rem)').addEventListener('change', () => {
      this.isMenuOpen = false;
    });
    this.addEventListener('muster-changed', (event) => this.#changed(event as CustomEvent));
    // A link leads on: what was said before is over.
    this.addEventListener('click', (event) => {
      if (event.composedPath().some((each) => each instanceof HTMLAnchorElement)) this.#clearNotice();
    });
    this.addEventListener('console-left', (event) => {
      this.#tell((event as CustomEvent<string>).detail);
      this.place = placeOf('#/organizations');
      location.hash = '#/organizations';
    });
    this.addEventListener('console-notice', (event) => this.#tell((event as CustomEvent<string>).detail));
    void this.#start();
  }

  get #texts(): Texts {
    return TEXTS[this.language];
  }

  async #start(): Promise<void> {
    this.phase = { is: 'starting' };
    try {
      await this.#inTime(this.#signInAndLoad());
    } catch (error) {
      if (error instanceof SignInError && error.code === 'window_done') this.phase = { is: 'windowDone' };
      else if (error instanceof SignInError || isMusterError(error, 'unauthenticated'))
        this.phase = { is: 'refused', error };
      else this.phase = { is: 'failed', error };
    }
  }

  async #signInAndLoad(): Promise<void> {
    if (!this.#session.isSignedIn && !(await this.#session.resume())) {
      if (this.#session.hasSignedOut) {
        this.phase = { is: 'signedOut' };
        return;
      }
      await this.#session.signIn();
    }
    await this.#load();
  }

  /** Waits for an answer, and counts it as late once that takes long. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.late += 1;
    }, LONG);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      if (isLate) this.late -= 1;
    }
  }

  /** Reads who the person is, and shows the page of the address. */
  async #load(): Promise<void> {
    const roles = this.#muster.roles.list();
    // Awaited below, unless the person can't get in anyway.
    roles.catch(() => {});
    this.me = await this.#muster.me.read();
    if (!this.me.emailVerified) {
      this.phase = { is: 'unverified' };
      return;
    }
    this.roles = (await roles).data;
    this.phase = { is: 'ready' };
    this.#go();
  }

  /** Sends a request of the client. What any answer says about the person's memberships, the frame shows too. */
  readonly #fetch: typeof fetch = async (input, init) => {
    const response = await this.#inTime(fetch(input, init));
    const isMe = String(input) === `${location.origin}/v1/me` && init?.method === 'GET';
    if (isMe && response.ok && this.phase.is === 'ready') {
      const me = await response
        .clone()
        .json()
        .catch(() => undefined);
      // Whoever asked says what is wrong with another answer.
      if (me) this.#know(me);
    }
    if (response.status === 404 && new Headers(init?.headers).has('x-organization-id')) {
      const { error } = await response
        .clone()
        .json()
        .catch(() => ({}));
      // The membership has ended. Its screens say so, and so does the frame.
      if (error === 'organization_not_found') void this.#muster.me.read().catch(() => {});
    }
    return response;
  };

  /** Sends a request that the client has no method for. */
  readonly #send: Send = async (organization, method, path, body, refused) => {
    const token = await this.#session.token(refused);
    const headers = {
      authorization: `Bearer ${token}`,
      'x-organization-id': organization,
      ...(body && { 'content-type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetchInTime(location.origin + path, init, this.#fetch);
    const { status, ok } = response;
    if (status === 401 && refused === undefined) return this.#send(organization, method, path, body, token);
    const answer = await response.json().catch(() => undefined);
    if (ok && answer) return answer;
    const requestId = response.headers.get('apigw-requestid') ?? undefined;
    throw new MusterError(codeOf(status, answer), String(answer?.message), {
      ...{ status, requestId, details: answer?.errors },
    });
  };

  /** Shows who the person is now. Whoever isn't in the organization of the page any more leaves the page. */
  #know(me: Me): void {
    const { organization } = this.place;
    const isOf = (each: Membership) => each.organizationId === organization;
    const lost = this.me?.memberships.find(isOf);
    if (this.me && this.me.memberships.length > 0) this.#wasMember = true;
    this.me = me;
    if (!lost || me.memberships.some(isOf)) return;
    location.hash = '#/organizations';
    this.#tell(this.#texts.removed(lost.organizationName), true);
  }

  /** Something has changed that the frame shows too. */
  async #changed({ detail }: CustomEvent<{ resource?: string }>): Promise<void> {
    if (!/^(organization|member|me|invitation)/.test(detail?.resource ?? '')) return;
    this.reading += 1;
    // The next page says so if it fails.
    await this.#muster.me.read().catch(() => {});
    this.reading -= 1;
    this.#go();
  }

  /** Whoever comes back after a while sees what has changed meanwhile. */
  readonly #look = (): void => {
    if (document.hidden || !document.hasFocus()) {
      this.#awaySince ??= Date.now();
      return;
    }
    const isLong = this.#awaySince !== undefined && Date.now() - this.#awaySince > AWAY;
    this.#awaySince = undefined;
    if (isLong) this.#refresh();
  };

  /** Reads again who the person is, and what the page shows. What they are doing there stays. */
  #refresh(): void {
    if (this.phase.is !== 'ready' || this.isEnded) return;
    // Whatever is wrong, the next page says so.
    void this.#muster.me.read().catch(() => {});
    for (const each of this.renderRoot.querySelectorAll<Element & Refreshing>('.width *')) void each.refresh?.();
  }

  /** Goes to the page of the address. */
  #go(): void {
    const place = placeOf(location.hash);
    const { memberships = [], invitations = [], ownershipOffers = [] } = this.me ?? {};
    if (
      this.phase.is === 'ready' &&
      /^#?\/?$/.test(location.hash) &&
      invitations.length + ownershipOffers.length === 0
    ) {
      const last = memberships.find((each) => each.organizationId === recall(LAST_ORGANIZATION));
      const first = last ?? memberships[0];
      if (first) {
        history.replaceState(null, '', fragmentOf(first.organizationId, 'members'));
        this.#go();
        return;
      }
    }
    const moved = JSON.stringify(place) !== JSON.stringify(this.place);
    this.place = place;
    this.isMenuOpen = false;
    this.unloaded = undefined;
    if (place.organization !== undefined && this.#membership) remember(LAST_ORGANIZATION, place.organization);
    if (place.page && (place.page === 'organizations' || this.#membership)) this.#loadPage(place.page);
    if (moved) void this.#focusPage(place);
  }

  /** Moves the focus to the page, or to what it was opened for. */
  async #focusPage({ item }: Place): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
    if (item === CREATE) await this.renderRoot.querySelector('console-home')?.focusName();
  }

  #loadPage(page: AnyPage): void {
    // Chromium never again fetches a script that it couldn't load: it isn't asked to without a connection.
    if (!navigator.onLine && !isLoaded(page)) {
      this.unloaded = { page, isOffline: true };
      return;
    }
    this.unloaded = undefined;
    if (isLoaded(page)) return;
    this.#inTime(loadPage(page)).then(
      () => this.requestUpdate(),
      () => {
        // Another version of the console was deployed, or the network fails: loading the document again helps in both.
        if (this.place.page === page) this.unloaded = { page, isOffline: false };
      },
    );
  }

  /** Browsers close a dialog at a second Escape without asking. While the session has ended, all else waits for it. */
  readonly #key = (event: KeyboardEvent) => {
    if (this.isEnded && event.key === 'Escape') event.preventDefault();
  };

  readonly #escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.isMenuOpen) return;
    this.isMenuOpen = false;
    this.renderRoot.querySelector<HTMLElement>('[aria-controls=side]')?.focus();
  };

  get #membership(): Membership | undefined {
    return this.me?.memberships.find((each) => each.organizationId === this.place.organization);
  }

  override updated(changed: PropertyValues): void {
    const { name } = this.#configuration.product;
    const page = this.phase.is === 'ready' && this.place.page ? `${this.#texts.pages[this.place.page]} · ` : '';
    document.title = page + name;
    document.documentElement.lang = this.language;
    if (changed.has('isEnded')) this.#showEnded();
    if (changed.has('notice')) this.#fadeLater();
  }

  override render(): TemplateResult {
    if (this.phase.is !== 'ready')
      return html`<main class="alone" tabindex="-1">${this.#brand()}${this.#renderPhase()}</main>`;
    const membership = this.#membership;
    return html`
      <button type="button" class="skip" @click=${() => this.#skip()}>${this.#texts.skip}</button>
      <header class="bar">
        <button type="button" class="icon" aria-label=${this.#texts.menu} aria-expanded=${this.isMenuOpen} aria-controls="side"
          @click=${() => this.#toggleMenu()}>${this.isMenuOpen ? ICONS.close : FRAME_ICONS.menu}</button>
        <span class="heads">${this.#brand()}${membership ? html`<bdi class="where">${membership.organizationName}</bdi>` : nothing}</span>
      </header>
      <div class="side ${this.isMenuOpen ? 'open' : ''}" id="side">
        <div class="brand">${this.#brand()}</div>
        ${this.#renderSwitcher(membership)}
        ${membership ? this.#renderNavigation(membership) : html`<div class="grow"></div>`}
        ${this.#renderPerson()}
      </div>
      <main tabindex="-1" @focusin=${() => this.#closeMenu()}>
        <div class="width">
          <p class="notice ${this.notice ? 'card' : ''}" role="status">${this.notice}${
            this.notice
              ? html`<button type="button" class="icon" aria-label=${this.#texts.close} @click=${() => this.#clearNotice()}>${ICONS.close}</button>`
              : nothing
          }</p>
          <p class="late muted" role="status">${this.late > 0 ? this.#texts.late : nothing}</p>
          ${this.#renderPlace(membership)}
        </div>
      </main>
      ${this.#renderEnded()}`;
  }

  #skip(): void {
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  }

  #toggleMenu(): void {
    this.isMenuOpen = !this.isMenuOpen;
  }

  /** The page is behind the navigation on a small screen: what gets the focus there is seen. */
  #closeMenu(): void {
    this.isMenuOpen = false;
  }

  /** The link of the page that is shown reads it again. An item of it, such as a site, is left by the link itself. */
  #choosePage(page: PageName): void {
    if (page !== this.place.page || this.place.item !== undefined) return;
    this.isMenuOpen = false;
    this.#refresh();
  }

  /** Tells what has happened. */
  #tell(notice: string, isLasting = false): void {
    this.#isLasting = isLasting;
    this.notice = notice;
  }

  /** Takes the notice away after a while, unless the person is at it, or it says what went wrong. */
  #fadeLater(): void {
    clearTimeout(this.#fading);
    if (this.notice === '' || this.#isLasting) return;
    this.#fading = setTimeout(() => {
      if (this.renderRoot.querySelector('.notice:hover, .notice:focus-within')) this.#fadeLater();
      else this.#clearNotice();
    }, NOTICE_TIME);
  }

  #clearNotice(): void {
    this.notice = '';
  }

  #brand(): TemplateResult {
    const { name, logoUrl } = this.#configuration.product;
    return html`<a class="product" href="#/">${logoUrl ? html`<img src=${logoUrl} alt=${name} referrerpolicy="no-referrer">` : name}</a>`;
  }

  #renderPhase(): TemplateResult {
    const texts = this.#texts;
    const signIn = (label: string) =>
      html`<button type="button" class="button" @click=${() => this.#signIn()}>${label}</button>`;
    const { phase } = this;
    switch (phase.is) {
      case 'signedOut':
        return html`<div class="card state"><h1>${texts.signedOut.title}</h1><p>${texts.signedOut.text}</p>${signIn(texts.signIn)}</div>`;
      case 'windowDone':
        return html`<div class="card state"><h1>${texts.windowDone.title}</h1><p>${texts.windowDone.text}</p></div>`;
      case 'unverified':
        return html`<div class="card state"><h1>${texts.unverified.title}</h1>
          <p>${texts.unverified.text(this.me?.email ?? '')}</p>${signIn(texts.unverified.again)}</div>`;
      case 'refused':
        return html`<div class="card state" role="alert"><h1>${texts.signInFailed.title}</h1>
          <p>${this.#why(phase.error)}</p>${signIn(texts.signInFailed.again)}</div>`;
      case 'failed':
        return this.#renderFailure(phase.error);
      default:
        return html`<p class="waiting muted" role="status">${texts.signingIn} ${this.late > 0 ? texts.late : nothing}</p>
          ${this.late > 0 ? this.#renderReload() : nothing}`;
    }
  }

  /** Why something of the frame failed, in a sentence. */
  #why(error: unknown): string {
    const { signInFailed, failed } = this.#texts;
    if (error instanceof DOMException && error.name === 'SecurityError') return failed.storage;
    if (isMusterError(error, 'unauthenticated')) return signInFailed.notAccepted;
    if (!(error instanceof SignInError)) return failureOf(error).text(SCREEN_TEXTS[this.language]);
    const own: Readonly<Record<string, string>> = {
      state_mismatch: signInFailed.text,
      not_accepted: signInFailed.notAccepted,
    };
    return Object.hasOwn(own, error.code) ? (own[error.code] as string) : signInFailed.refused(error.message);
  }

  #renderFailure(error: unknown): TemplateResult {
    const { failed } = this.#texts;
    return html`<div class="card state" role="alert">
      <h1>${failed.title}</h1>
      <p>${this.#why(error)}</p>
      ${isMusterError(error) && error.requestId ? html`<p class="muted">${failed.reference(error.requestId)}</p>` : nothing}
      <button type="button" class="button" @click=${() => this.#start()}>${failed.again}</button></div>`;
  }

  #renderReload(): TemplateResult {
    return html`<button type="button" class="button" @click=${() => location.reload()}>${this.#texts.failed.reload}</button>`;
  }

  #signIn(): void {
    this.phase = { is: 'starting' };
    this.#inTime(this.#session.signIn()).catch((error) => {
      this.phase = { is: 'failed', error };
    });
  }

  #renderSwitcher(membership: Membership | undefined): TemplateResult {
    const { memberships, invitations, ownershipOffers } = this.me as Me;
    const texts = this.#texts;
    const waiting = invitations.length + ownershipOffers.length;
    const name = membership?.organizationName ?? texts.chooseOrganization;
    return html`<console-menu class="switcher">
      <span slot="button" class="choice">
        <span class="initial" aria-hidden="true">${membership ? initialOf(name) : '·'}</span>
        <span class="names ${membership ? '' : 'whole'}"><span class="off-screen">${texts.organization}: </span><bdi>${name}</bdi>
          ${membership ? html`<small class="muted">${this.#roleOf(membership)}</small>` : nothing}</span>
        ${waiting > 0 ? html`<span class="dot"><span class="off-screen">${texts.waiting(waiting)}</span></span>` : nothing}
        ${FRAME_ICONS.choose}
      </span>
      <ul class="list">${memberships.map(
        (
          each,
        ) => html`<li><a href=${fragmentOf(each.organizationId, this.#pageIn(each))} aria-current=${each === membership ? 'true' : nothing}>
          <span class="initial" aria-hidden="true">${initialOf(each.organizationName)}</span>
          <span class="names"><bdi>${each.organizationName}</bdi><small class="muted">${this.#roleOf(each)}</small></span>
          ${each === membership ? FRAME_ICONS.check : nothing}</a></li>`,
      )}
      <li class="apart"><a href="#/organizations">${texts.allOrganizations}${
        waiting > 0 ? html`<span class="count">${waiting}</span>` : nothing
      }</a></li>
      <li><a href="#/organizations/${CREATE}">${texts.home.create}</a></li></ul>
    </console-menu>`;
  }

  /** The page on which a switch to another organization ends: the present one, if it is there too. */
  #pageIn({ role }: Membership): PageName {
    const { page } = this.place;
    return page && page !== 'organizations' && sees(role, page) ? page : 'members';
  }

  #roleOf({ role, owner }: Membership): string {
    return owner ? this.#texts.owner : (this.roles.find((each) => each.role === role)?.label[this.language] ?? role);
  }

  #renderNavigation({ organizationId, role }: Membership): TemplateResult {
    const texts = this.#texts;
    const groups = Object.entries(GROUPS) as [keyof typeof GROUPS, readonly PageName[]][];
    return html`<nav aria-label=${texts.navigation} class="grow">${groups.map(([group, pages]) => {
      const seen = pages.filter((page) => sees(role, page));
      if (seen.length === 0) return nothing;
      return html`<h2 id=${group}>${texts.groups[group]}</h2>
        <ul class="list" aria-labelledby=${group}>${seen.map(
          (
            page,
          ) => html`<li><a href=${fragmentOf(organizationId, page)} aria-current=${page === this.place.page ? 'page' : nothing}
            @click=${() => this.#choosePage(page)}>${PAGE_ICONS[page]}${texts.pages[page]}</a></li>`,
        )}</ul>`;
    })}</nav>`;
  }

  #renderPerson(): TemplateResult {
    const { email, firstName, lastName } = this.me as Me;
    const texts = this.#texts;
    const name = `${firstName} ${lastName}`.trim() || email;
    return html`<console-menu class="person" up>
      <span slot="button" class="choice">
        <span class="initial person" aria-hidden="true">${initialOf(name)}</span>
        <span class="names"><span class="off-screen">${texts.signedInAs} </span><bdi>${name}</bdi>${
          name === email ? nothing : html`<small class="muted">${email}</small>`
        }</span>${FRAME_ICONS.choose}
      </span>
      <div class="choices" role="group" aria-label=${texts.language}>${(['en', 'de'] as const).map(
        (language) => html`<button type="button" lang=${language} aria-pressed=${language === this.language}
          @click=${() => this.#choose(language)}>${LANGUAGE_NAMES[language]}</button>`,
      )}</div>
      <ul class="list"><li class="apart"><button type="button" @click=${() => this.#session.signOut()}>${texts.signOut}</button></li></ul>
    </console-menu>`;
  }

  #choose(language: Language): void {
    chooseLanguage(language);
    this.language = language;
  }

  #renderPlace(membership: Membership | undefined): TemplateResult {
    const { page, organization, item } = this.place;
    const texts = this.#texts;
    const { unloaded } = this;
    if (unloaded && page === unloaded.page) {
      const again = html`<button type="button" class="button" @click=${() => this.#loadPage(unloaded.page)}>${texts.failed.again}</button>`;
      return html`<div class="card state" role="alert"><h1>${texts.failed.title}</h1>
        <p>${unloaded.isOffline ? SCREEN_TEXTS[this.language].errors.network_error : texts.failed.outdated}</p>
        ${unloaded.isOffline ? again : this.#renderReload()}</div>`;
    }
    if (page === 'organizations') {
      return html`<console-home .client=${this.#muster} .me=${this.me} .roles=${this.roles} .language=${this.language} .wasMember=${this.#wasMember}></console-home>`;
    }
    const isLoading = html`<p class="muted" role="status">${texts.loading}</p>`;
    // The person may have joined just now.
    if (!membership && this.reading > 0) return isLoading;
    if (!membership || organization === undefined) {
      return html`<div class="card state"><h1>${texts.notFound.title}</h1><p>${texts.notMember}</p>
        <a class="button" href="#/organizations">${texts.notFound.home}</a></div>`;
    }
    if (page === undefined) {
      return html`<div class="card state"><h1>${texts.notFound.title}</h1>
        <a class="button" href=${fragmentOf(organization, 'members')}>${texts.notFound.home}</a></div>`;
    }
    if (!sees(membership.role, page)) {
      return html`<div class="card state"><h1>${texts.forbidden.title}</h1><p>${texts.forbidden.text}</p></div>`;
    }
    const heading = html`<h1 class="off-screen">${texts.pages[page]} · ${membership.organizationName}</h1>`;
    if (!isLoaded(page)) return html`${heading}${isLoading}`;
    return html`${heading}${showPage(page, {
      client: this.#muster,
      sites: this.#sites,
      organization,
      item,
      language: this.language,
    })}`;
  }

  #renderEnded(): TemplateResult | typeof nothing {
    if (!this.isEnded) return nothing;
    const { ended } = this.#texts;
    return html`<dialog aria-labelledby="ended" @cancel=${(event: Event) => event.preventDefault()} @close=${() => this.#showEnded()}>
      <h2 id="ended">${ended.title}</h2><p>${ended.text}</p>
      <p class="error" role="alert">${this.problem === undefined ? nothing : this.#why(this.problem)}</p>
      <button type="button" class="button" @click=${() => this.#signInAgain()}>${this.#texts.signIn}</button></dialog>`;
  }

  /** Shows the question until the person has signed in again: nothing goes on without. */
  #showEnded(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
  }

  async #signInAgain(): Promise<void> {
    this.problem = undefined;
    try {
      await this.#session.signInAgain();
      this.isEnded = false;
    } catch (error) {
      this.problem = error;
    }
  }

  static override styles = [
    LOOK,
    css`
      :host { display: grid; grid-template-columns: 16.5rem minmax(0, 1fr); min-height: 100vh; min-height: 100svh; }
      /* As a hosted page (lib/dialects/page/style.ts). */
      .alone { grid-column: 1 / -1; display: grid; align-content: start; justify-content: center; grid-template-columns: minmax(0, var(--console-width)); gap: 1.5rem; padding: clamp(1rem, 5vw, 4rem) 1rem; font-size: 1rem; }
      .alone .product { font-size: 1.125rem; padding: 0 0.25rem; justify-self: start; }
      .alone .product img { height: 2.5rem; max-width: 15rem; }
      .alone .card { padding: clamp(1.5rem, 6vw, 2.5rem); box-shadow: var(--console-shadow); max-width: none; }
      .alone h1 { font-size: clamp(1.5rem, 6vw, 1.75rem); line-height: 1.2; letter-spacing: -0.02em; }
      .alone .button { width: 100%; min-height: 3rem; margin-top: 0.625rem; }
      .state { display: grid; justify-items: start; gap: 0.875rem; padding: clamp(1.25rem, 5vw, 2.25rem); max-width: 32rem; }
      .product { color: inherit; text-decoration: none; font-weight: 650; letter-spacing: -0.01em; font-size: 1.0625rem; }
      .product img { display: block; height: 1.75rem; max-width: 11rem; object-fit: contain; object-position: left; }
      /* A logo for light paper. */
      @media (prefers-color-scheme: dark) { .product img { box-sizing: content-box; background: #ffffff; color: #1f2430; border-radius: 0.5rem; padding: 0.25rem 0.5rem; } }
      .skip { position: absolute; inset-inline-start: -100vw; z-index: 30; padding: 0.5rem 1rem; background: var(--muster-surface); }
      .skip:focus { inset-inline-start: 0.5rem; top: 0.5rem; }
      .bar { display: none; }
      .brand { padding: 0.25rem 0.625rem 0.75rem; }
      .side {
        position: sticky; top: 0; height: 100vh; height: 100svh; display: flex; flex-direction: column; gap: 0.25rem;
        padding: 1rem 0.75rem; border-inline-end: 1px solid var(--console-line); background: var(--muster-surface);
      }
      .grow { flex: 1; overflow-y: auto; padding-top: 0.75rem; }
      nav h2 { margin: 0.875rem 0.625rem 0.25rem; font-size: 0.8125rem; font-weight: 600; color: var(--muster-muted); }
      nav h2:first-child { margin-top: 0; }
      .list { list-style: none; padding: 0; display: grid; gap: 1px; }
      .list a, .list button {
        display: flex; align-items: center; gap: 0.625rem; width: 100%; min-height: 2.25rem; padding: 0.3125rem 0.625rem;
        border: 0; border-radius: var(--muster-radius); background: none; color: inherit; font: inherit; text-align: start;
        text-decoration: none; cursor: pointer;
      }
      nav a { color: var(--muster-muted); }
      .list a:hover, .list button:hover { background: color-mix(in srgb, var(--muster-text) 7%, transparent); color: inherit; }
      nav a[aria-current] { background: color-mix(in srgb, var(--muster-ink) 13%, transparent); color: var(--muster-text); font-weight: 600; }
      nav a[aria-current] svg { color: var(--muster-ink); }
      .apart { margin-top: 0.375rem; padding-top: 0.375rem; border-top: 1px solid var(--console-line); }
      .choice { display: flex; align-items: center; gap: 0.625rem; width: 100%; min-width: 0; }
      .choice > svg { flex: none; color: var(--muster-muted); }
      .names { flex: 1; min-width: 0; display: grid; line-height: 1.3; }
      .names bdi, .names small { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .names bdi { font-weight: 600; }
      .names.whole bdi { white-space: normal; }
      .names small { font-size: 0.8125rem; }
      .count { margin-inline-start: auto; min-width: 1.375rem; padding: 0 0.375rem; border-radius: 1rem; text-align: center; background: var(--muster-color); color: var(--muster-on-color); font-size: 0.8125rem; font-weight: 600; }
      .dot { flex: none; width: 0.625rem; height: 0.625rem; border-radius: 50%; background: var(--muster-ink); }
      .off-screen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      .choices { display: flex; gap: 0.25rem; padding: 0.25rem; }
      .choices button { flex: 1; min-height: 2.25rem; padding: 0.25rem 0.75rem; border: 1px solid var(--console-line); border-radius: var(--muster-radius); background: none; color: inherit; font: inherit; cursor: pointer; }
      .choices button[aria-pressed='true'] { border-color: var(--muster-ink); color: var(--muster-ink); font-weight: 600; }
      main:focus { outline: none; }
      .width { max-width: 68rem; margin: 0 auto; padding: clamp(1.25rem, 3vw, 2.25rem) clamp(1rem, 3vw, 2.5rem) 4rem; }
      .notice:empty, .late:empty, dialog .error:empty { display: none; }
      .late { margin-bottom: 1.25rem; }
      .notice.card { display: flex; align-items: center; gap: 1rem; padding: 0.375rem 0.375rem 0.375rem 1rem; margin-bottom: 1.25rem; border-color: var(--muster-ink); }
      .notice .icon { margin-inline-start: auto; }
      .icon { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border: 0; border-radius: var(--muster-radius); background: none; color: inherit; cursor: pointer; }
      dialog { max-width: 28rem; padding: 1.75rem; border: 1px solid var(--console-line); border-radius: var(--console-card); background: var(--muster-surface); color: inherit; }
      dialog[open] { display: grid; gap: 1rem; justify-items: start; }
      dialog::backdrop { background: rgb(0 0 0 / 50%); }
      @media (max-width: 52rem) {
        :host { grid-template-columns: minmax(0, 1fr); grid-template-rows: auto 1fr; }
        .bar { position: sticky; top: 0; z-index: 12; display: flex; align-items: center; gap: 0.5rem; padding: 0.5rem 0.75rem; background: var(--muster-surface); border-bottom: 1px solid var(--console-line); }
        .brand { display: none; }
        .heads { min-width: 0; display: grid; line-height: 1.25; }
        .where { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--muster-muted); font-size: 0.875rem; }
        .bar .icon { flex: none; }
        .side { position: fixed; z-index: 11; /* Above the messages of screens. */ inset: 3.5625rem 0 0; height: auto; border: 0; visibility: hidden; }
        .side.open { visibility: visible; }
      }
    `,
  ];
}

customElements.define('muster-console', Console);
