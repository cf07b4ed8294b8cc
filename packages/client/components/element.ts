import { LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Muster } from '../src/index.ts';
import { type Failure, failureOf } from './failure.ts';
import { html } from './html.ts';
import { languageOf, type ScreenLanguage } from './language.ts';
import { type Nobody, type Person, readPerson } from './person.ts';
import type { Change, Screen } from './screen.ts';
import { failureState, skeleton } from './states.ts';
import { TEXTS, type Texts } from './texts.ts';
import { deriveColors, theme } from './theme.ts';

/** How long the person has to stop typing before a search begins, in milliseconds. */
export const TYPING = 300;

/** How long a message stays, in milliseconds. */
const MESSAGE_TIME = 6000;

/**
 * What all screens share: the client of the signed-in person, the language, and a face for each state. A screen loads
 * when it has a client. For another person, or another organization, it begins anew: no dialog, form, search or list of
 * the former one stays, and what was begun for it isn't heard any more.
 *
 * @fires muster-changed after something was changed; `detail` is a `Change`
 * @fires muster-signed-out when the API refuses the token: give the element another `client`, or call `retry()`
 */
export abstract class MusterElement extends LitElement implements Screen {
  static override styles = [theme];

  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    organization: {},
    language: {},
    phase: { state: true },
    message: { state: true },
    failure: { state: true },
  };

  /** The properties that say what the screen is about. */
  protected static subject: readonly PropertyKey[] = ['organization'];

  /** The client of the signed-in person. Nothing is shown without one. */
  declare client: Muster | undefined;
  /** The id of the organization; default: the only one that the person is in. */
  declare organization: string | undefined;
  /** The language; default: that of the surrounding element, else the browser's. */
  declare language: ScreenLanguage | undefined;

  declare protected phase: 'loading' | 'ready' | 'failed';
  declare protected failure: Failure | undefined;
  declare protected message: string;
  #loading: AbortController | undefined;
  #isReading = false;
  #isRefreshing = false;
  #wasSignedOut = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Is aborted once the screen is about something else. */
  #time = new AbortController();

  constructor() {
    super();
    this.phase = 'loading';
    this.message = '';
  }

  /** Reads what the screen shows. @throws MusterError */
  protected abstract load(client: Muster, signal: AbortSignal): Promise<Nobody | undefined>;

  /** Returns the screen once it has loaded. */
  protected abstract content(): TemplateResult;

  /** Whether what is shown is being read again by `refresh`. */
  get isRefreshing(): boolean {
    return this.#isRefreshing;
  }

  /** Whether reading again could take something from the person: an open dialog, what they have selected or typed. */
  protected get isInUse(): boolean {
    return this.renderRoot.querySelector('muster-dialog, input:checked') !== null;
  }

  /** Reads everything again. */
  retry(): Promise<void> {
    return this.#readAll(false);
  }

  /**
   * Reads again what is shown, which stays until then, and also if it can't be read. While the person is in a dialog, or has
   * selected something, nothing is read.
   */
  async refresh(): Promise<void> {
    if (this.#isReading || this.isInUse) return;
    await this.#readAll(this.phase === 'ready');
  }

  async #readAll(isRefreshing: boolean): Promise<void> {
    const { client } = this;
    this.#loading?.abort();
    if (!client) return;
    const loading = new AbortController();
    this.#loading = loading;
    this.#isReading = true;
    this.#isRefreshing = isRefreshing;
    // What is shown stays until it is read again: a dialog that is open keeps what was typed.
    if (this.phase !== 'ready') this.phase = 'loading';
    try {
      const nobody = await this.load(client, loading.signal);
      if (loading.signal.aborted) return;
      this.failure = nobody && { kind: nobody, text: () => '' };
      this.phase = nobody ? 'failed' : 'ready';
    } catch (error) {
      if (loading.signal.aborted) return;
      const failure = this.failed(error);
      // A connection that is lost for a moment takes nothing away.
      if (isRefreshing && ['offline', 'failed'].includes(failure.kind)) return;
      this.failure = failure;
      this.phase = 'failed';
    } finally {
      if (this.#loading === loading) {
        this.#isReading = false;
        this.#isRefreshing = false;
      }
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('online', this.#online);
    deriveColors(this);
    if (this.hasUpdated) void this.retry();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('online', this.#online);
    clearTimeout(this.#timer);
    clearTimeout(this.#waiting);
    this.#loading?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isOther = (this.constructor as typeof MusterElement).subject.some((name) =>
      changed.has(name as keyof MusterElement),
    );
    if (!isOther && !changed.has('client')) return;
    // Whoever was signed out goes on where they were. Otherwise it is another person.
    if (this.hasUpdated && (isOther || !this.#wasSignedOut)) this.#beginAnew();
    this.#wasSignedOut = false;
    void this.retry();
  }

  /** Forgets all that the screen knows and shows, as if it were a new element. */
  #beginAnew(): void {
    this.#time.abort();
    this.#time = new AbortController();
    clearTimeout(this.#timer);
    clearTimeout(this.#waiting);
    const element = this.constructor as typeof MusterElement;
    const fresh = new (element as unknown as new () => this)();
    for (const [name, { state }] of element.elementProperties) {
      if (state) Object.assign(this, { [name]: fresh[name as keyof this] });
    }
  }

  /**
   * Is aborted once the screen is about something else. Calls of `muster` then fail; `still` is for all else.
   */
  protected get signal(): AbortSignal {
    return this.#time.signal;
  }

  /** Awaits what isn't a call of `muster`. @throws the reason of `signal` if the screen is about something else by then */
  protected async still<T>(awaited: PromiseLike<T>): Promise<T> {
    const { signal } = this;
    const result = await awaited;
    signal.throwIfAborted();
    return result;
  }

  /** Does something after a pause, unless it is called again before, or the screen is about something else by then. */
  protected later(act: () => void, milliseconds: number): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(act, milliseconds);
  }

  /** The texts of the language. */
  protected get texts(): Texts {
    const around = this.closest<HTMLElement>('[lang]') ?? document.documentElement;
    return TEXTS[languageOf(this.language, around.lang, ...navigator.languages)];
  }

  /** Returns a day: "3 Nov 2026". */
  protected day(time: string): string {
    return new Intl.DateTimeFormat(this.texts.locale, { dateStyle: 'medium' }).format(new Date(time));
  }

  /** Returns a day and a time: "3 Nov 2026, 14:05". */
  protected moment(time: string): string {
    return new Intl.DateTimeFormat(this.texts.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(time),
    );
  }

  protected number(value: number): string {
    return new Intl.NumberFormat(this.texts.locale).format(value);
  }

  /**
   * Returns what an error means, and tells the application if the person is signed out. If it says that what is shown isn't
   * true any more, as after somebody else's change, everything is read again.
   */
  protected failed(error: unknown): Failure {
    const failure = failureOf(error);
    if (failure.isStale && !this.#isReading) void this.retry();
    if (failure.kind === 'signed-out') {
      this.#wasSignedOut = true;
      this.emit('muster-signed-out');
    }
    return failure;
  }

  /** Shows a message for a moment. Screen readers read it. */
  protected say(message: string): void {
    clearTimeout(this.#timer);
    this.message = message;
    this.#timer = setTimeout(() => {
      this.message = '';
    }, MESSAGE_TIME);
  }

  /** Copies the text of a field. Where the browser doesn't allow it, the text is selected. @returns whether it is copied */
  protected async copy(id: string): Promise<boolean> {
    const input = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    try {
      await navigator.clipboard.writeText(input?.value ?? '');
      return true;
    } catch {
      input?.focus();
      input?.select();
      return false;
    }
  }

  /** Tells the application, and what is around this element, that something was changed. */
  protected changed(change: Change): void {
    this.emit('muster-changed', change);
  }

  protected emit(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Whether a dialog shows messages in the screen's place, since all else is behind it. */
  protected get hasDialog(): boolean {
    return false;
  }

  /** Moves the focus to the heading, if what had it is gone. */
  protected async keepFocus(): Promise<void> {
    await this.updateComplete;
    if (!this.shadowRoot?.activeElement) this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }

  protected override render(): TemplateResult {
    const { failure, phase, texts } = this;
    const isFailed = phase === 'failed' && failure;
    return html`<div lang=${texts.locale.slice(0, 2)}>
      ${isFailed ? failureState(failure, texts, this.#tryAgain) : phase === 'ready' ? this.content() : skeleton(texts)}
      <div class="toast" role="status">${(!this.hasDialog && this.message) || nothing}</div>
    </div>`;
  }

  /** Reads everything again, also what is within, such as the button that invites: it may have failed too. */
  #tryAgain = () => {
    void this.retry();
    for (const each of this.querySelectorAll('*')) {
      if (each instanceof MusterElement && each.phase === 'failed') void each.retry();
    }
  };

  #online = () => {
    if (this.phase === 'failed' && this.failure?.kind === 'offline') void this.retry();
  };
}

/** A screen about an organization: it knows who the person is there, and what they may do. */
export abstract class OrganizationElement extends MusterElement {
  static override properties: PropertyDeclarations = {
    ...MusterElement.properties,
    person: { state: true },
    isBusy: { state: true },
    problem: { state: true },
  };

  /** Set once it has loaded. */
  declare protected person: Person;
  /** Whether something is being done. */
  declare protected isBusy: boolean;
  /** Why what was just tried failed. */
  declare protected problem: Failure | undefined;

  constructor() {
    super();
    this.isBusy = false;
  }

  /** Reads what the screen shows, once it is known who the person is. @throws MusterError */
  protected abstract loadFor(person: Person, signal: AbortSignal): Promise<void>;

  protected override async load(client: Muster, signal: AbortSignal): Promise<Nobody | undefined> {
    const person = await readPerson(client, this.organization || undefined, signal);
    if (typeof person === 'string') return person;
    this.person = person;
    await this.loadFor(person, signal);
    return undefined;
  }

  protected override get isInUse(): boolean {
    return super.isInUse || this.isBusy;
  }

  /** Does something, unless something is being done, and keeps why it fails. @returns whether it worked */
  protected async act(act: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    const { signal } = this;
    this.isBusy = true;
    this.problem = undefined;
    try {
      await act();
      return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.problem = this.failed(error);
      return false;
    } finally {
      if (!signal.aborted) this.isBusy = false;
    }
  }

  /** The client for calls about the organization. They fail once the screen is about something else. */
  protected get muster(): Muster {
    return (this.client as Muster).in(this.person.organization.id, { signal: this.signal });
  }

  /** Whether the person's role grants a permission. */
  protected may(permission: string): boolean {
    return this.person.permissions.has(permission);
  }

  /** Returns the label of a role, as the deployment calls it. */
  protected roleLabel(role: string): string {
    const found = this.person.roles.find((each) => each.role === role);
    return found?.label[languageOf(this.texts.locale)] ?? role;
  }
}
