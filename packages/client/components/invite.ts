import { css, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { oneLine } from '../../../lib/domain/user-text.ts';
import type { Language, Muster, Role, Team } from '../src/index.ts';
import type { Guard, MusterDialog } from './dialog.ts';
import { OrganizationElement } from './element.ts';
import { field, submitButton, wrapped } from './form.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { LANGUAGE_NAMES } from './language.ts';
import { addressesIn, type Candidate, inviteAll, withoutTwins } from './people.ts';
import { failureNote } from './states.ts';
import type { Texts } from './texts.ts';

/** How many rows of a preview are shown at once. */
const SHOWN = 50;
/** How many characters of the message the preview has, at most. */
const MESSAGE_START = 100;
/** The largest file, in bytes, and the most people at once. More is a matter of `npm run invite`. */
const FILE_LIMIT = 2_000_000;
const PEOPLE_LIMIT = 5000;
/** How many teams an invitation may name. */
const TEAM_LIMIT = 20;

type Step = 'form' | 'preview' | 'sending' | 'done';

/** What the form says beside the addresses. */
interface Choices {
  readonly role: Role;
  readonly message: string;
  readonly language: Language | '';
  readonly days: string;
  readonly teams: readonly string[];
  readonly isLink: boolean;
}

const NOTHING_CHOSEN: Choices = { role: 'USER', message: '', language: '', days: '', teams: [], isLink: false };

/**
 * `<muster-invite>`: a button with a dialog that invites one person or many. Addresses are typed, pasted or read from a
 * CSV file; what becomes of each is shown before anything is sent. Without the permission to invite, there is nothing.
 *
 * @attr without-button - the application has a button of its own, and calls `open()`
 * @attr redirect-url - where the browser goes after an answer
 * @attr invitations-url - where the invitations are shown: a link leads there once many are invited
 * @csspart button the button
 */
export class MusterInvite extends OrganizationElement {
  static override styles = [
    ...OrganizationElement.styles,
    css`
      /* A button is as wide as its label, so it is no container. */
      :host { display: inline-block; container-type: normal; }
      .drop { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; padding: 0.75rem; border: 1px dashed var(--_edge); border-radius: calc(var(--_radius) * 0.8); }
      .drop.over { border-color: var(--_ink); background: var(--_hover); }
      .drop p { flex: 1 1 12rem; }
      /* A finger drags no file. */
      @media (pointer: coarse) { .drop .hint { display: none; } }
      .pair { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr)); }
      details > summary { cursor: pointer; font-weight: 550; padding-block: 0.5rem; }
      .teams { display: grid; gap: 0.25rem; max-height: 12rem; overflow-y: auto; border: 1px solid var(--_edge); border-radius: calc(var(--_radius) * 0.8); padding: 0.5rem 0.75rem; margin-block-start: 0.375rem; }
      .check { display: flex; align-items: center; gap: 0.625rem; min-height: 2rem; overflow-wrap: anywhere; }
      .people { max-height: 22rem; overflow-y: auto; }
      .people .row { grid-template-columns: minmax(0, 1fr) auto; padding-block: 0.5rem; contain-intrinsic-size: auto 2.75rem; }
      .start { overflow-wrap: anywhere; }
      .people .why { grid-column: 1 / -1; }
      progress { width: 100%; height: 0.75rem; accent-color: var(--_fill); }
      .link-field { display: flex; gap: 0.5rem; }
    `,
  ];

  static override properties: PropertyDeclarations = {
    ...OrganizationElement.properties,
    withoutButton: { type: Boolean, attribute: 'without-button' },
    redirectUrl: { attribute: 'redirect-url' },
    invitationsUrl: { attribute: 'invitations-url' },
    isOpen: { state: true },
    step: { state: true },
    text: { state: true },
    file: { state: true },
    choices: { state: true },
    teams: { state: true },
    candidates: { state: true },
    shown: { state: true },
    done: { state: true },
    isOver: { state: true },
    mistake: { state: true },
    isWrongDays: { state: true },
    link: { state: true },
  };

  /** Whether the application has a button of its own, and calls `open()`. Also an attribute. */
  declare withoutButton: boolean;
  /** Where the browser goes after an answer. Also an attribute. Its origin must be one of `redirectOrigins`. */
  declare redirectUrl: string | undefined;
  /** Where the invitations are shown. Also an attribute. Without it, no link leads there. */
  declare invitationsUrl: string | undefined;
  declare private isOpen: boolean;
  declare private step: Step;
  declare private text: string;
  declare private file: File | undefined;
  declare private choices: Choices;
  /** The teams to choose from; undefined: not read yet. */
  declare private teams: readonly Team[] | undefined;
  declare private candidates: readonly Candidate[];
  declare private shown: number;
  declare private done: number;
  declare private isOver: boolean;
  declare private mistake: string | undefined;
  /** Whether the number of days can't be used. */
  declare private isWrongDays: boolean;
  /** Whether names were written with the addresses. */
  #isNamed = false;
  /** The link to pass on, instead of a mail. */
  declare private link: string | undefined;
  #keys = new Map<number, string>();
  #work = new AbortController();

  constructor() {
    super();
    this.isOpen = false;
    this.#reset();
  }

  #reset(): void {
    this.step = 'form';
    this.text = '';
    this.file = undefined;
    this.choices = NOTHING_CHOSEN;
    this.teams = undefined;
    this.candidates = [];
    this.shown = SHOWN;
    this.done = 0;
    this.isBusy = false;
    this.isOver = false;
    this.mistake = undefined;
    this.isWrongDays = false;
    this.problem = undefined;
    this.link = undefined;
    this.#keys = new Map();
  }

  /** Opens the dialog. */
  open(): void {
    if (!this.isOpen) this.#reset();
    this.isOpen = true;
  }

  protected override async loadFor(): Promise<void> {}

  /** A button needs no face for what it can't do. A dialog that is open says why. */
  protected override render(): TemplateResult {
    const { phase, person, texts } = this;
    if (!person || (phase === 'ready' && !this.isOpen && !this.may('invitation:create'))) return html``;
    return html`<div lang=${texts.locale.slice(0, 2)}>${this.content()}
      <div class="toast" role="status">${(!this.isOpen && this.message) || nothing}</div></div>`;
  }

  protected override content(): TemplateResult {
    const { invite, close } = this.texts;
    const { name } = this.person.organization;
    const titles: Record<Step, string> = {
      ...{
        form: invite.titleIn(name),
        preview: invite.check(name),
        sending: invite.sendingTitle,
        done: invite.doneTitle,
      },
    };
    const steps = { form: this.#form, preview: this.#preview, sending: this.#sending, done: this.#done };
    return html`${
      this.withoutButton
        ? nothing
        : html`<button class="button primary" part="button" type="button" aria-haspopup="dialog" @click=${this.open}>${ICONS.add}<slot>${invite.button}</slot></button>`
    }${
      this.isOpen
        ? html`<muster-dialog .heading=${titles[this.step]} .closeLabel=${close} .message=${this.message} @muster-close=${this.#closed}
          .guard=${this.#guard}>${steps[this.step].call(this)}</muster-dialog>`
        : nothing
    }`;
  }

  /** What would be lost by closing. */
  get #guard(): Guard | undefined {
    const { invite } = this.texts;
    const { text, file, choices, step, link } = this;
    if (step === 'sending')
      return { title: invite.stopTitle, text: invite.stopText, leave: invite.stop, stay: invite.goOnSending };
    if (step === 'done')
      return link
        ? { title: invite.linkTitle, text: invite.linkHint, leave: this.texts.close, stay: invite.back }
        : undefined;
    const isTyped = text.trim() !== '' || file !== undefined || choices.message.trim() !== '';
    return isTyped
      ? { title: invite.discardTitle, text: invite.discardText, leave: invite.discard, stay: invite.goOnWriting }
      : undefined;
  }

  /** What the button of a form does that closes it. */
  #leave = () => this.renderRoot.querySelector<MusterDialog>('muster-dialog')?.close();

  #closed = () => {
    // While people are being invited, it stops after those who are on their way, and says who wasn't.
    if (this.step === 'sending') this.#work.abort();
    else this.#close();
  };

  #close = () => {
    this.#work.abort();
    this.isOpen = false;
  };

  /** Begins something. @returns a signal that is aborted once nobody waits for it any more */
  #begin(): AbortSignal {
    this.isBusy = true;
    this.problem = undefined;
    this.#work = new AbortController();
    return AbortSignal.any([this.signal, this.#work.signal]);
  }

  #choose(choices: Partial<Choices>): void {
    this.choices = { ...this.choices, ...choices };
  }

  #form(): TemplateResult {
    const { texts, person, choices, file, mistake } = this;
    const { invite } = texts;
    const isOne = !file && addressesIn(this.text).length === 1;
    return html`<form class="stack" novalidate @submit=${this.#check}
      @dragover=${this.#drag} @dragleave=${() => (this.isOver = false)} @drop=${this.#drop}>
      ${
        file
          ? nothing
          : field(
              { id: 'addresses', label: invite.addresses, hint: invite.addressesHint, mistake },
              html`<textarea class="input" id="addresses" rows="3" autofocus spellcheck="false" autocapitalize="off"
                aria-describedby="addresses-hint ${mistake ? 'addresses-mistake' : ''}" aria-invalid=${mistake ? 'true' : nothing}
                .value=${this.text} @input=${(event: InputEvent) => {
                  this.text = (event.target as HTMLTextAreaElement).value;
                  this.mistake = undefined;
                }}></textarea>`,
            )
      }
      <div class="drop ${this.isOver ? 'over' : ''}">${ICONS.file}
        ${
          file
            ? html`<p><span class="name">${file.name}</span></p>
              <button class="button" type="button" @click=${() => this.#take(undefined)}>${invite.otherFile}</button>`
            : html`<p class="hint">${invite.file}</p>
              <button class="button" type="button" @click=${() => this.renderRoot.querySelector<HTMLInputElement>('#file')?.click()}>${invite.chooseFile}</button>`
        }
        <input id="file" type="file" hidden accept=".csv,text/csv,text/plain" @change=${(event: Event) => this.#take((event.target as HTMLInputElement).files?.[0])}>
      </div>
      ${file && mistake ? html`<p class="mistake" role="alert">${mistake}</p>` : nothing}
      ${field(
        { id: 'role', label: texts.role, hint: texts.can[choices.role] },
        html`<select class="input" id="role" aria-describedby="role-hint" @change=${(event: Event) =>
          this.#choose({ role: (event.target as HTMLSelectElement).value as Role })}>
          ${person.roles.map(({ role }) => html`<option value=${role} ?selected=${role === choices.role}>${this.roleLabel(role)}</option>`)}</select>`,
      )}
      <details @toggle=${this.#readTeams}><summary>${invite.more}</summary><div class="stack">
        ${this.#teamChoice()}
        ${field(
          { id: 'message', label: invite.message, hint: invite.messageHint },
          html`<textarea class="input" id="message" maxlength="500" rows="3" aria-describedby="message-hint" .value=${choices.message}
            @input=${(event: InputEvent) => this.#choose({ message: (event.target as HTMLTextAreaElement).value })}></textarea>`,
        )}
        <div class="pair">
          ${field(
            { id: 'language', label: invite.language },
            html`<select class="input" id="language" @change=${(event: Event) =>
              this.#choose({ language: (event.target as HTMLSelectElement).value as Language | '' })}>
              ${[
                ['', invite.ofOrganization(LANGUAGE_NAMES[person.organization.language])],
                ...Object.entries(LANGUAGE_NAMES),
              ].map(
                ([value, label]) =>
                  html`<option value=${value} ?selected=${value === choices.language}>${label}</option>`,
              )}</select>`,
          )}
          ${field(
            {
              ...{ id: 'days', label: invite.days, hint: invite.daysHint },
              mistake: this.isWrongDays ? texts.invalid.expiresInDays : undefined,
            },
            html`<input class="input" id="days" type="number" min="1" max="30" inputmode="numeric" .value=${choices.days}
              aria-describedby="days-hint ${this.isWrongDays ? 'days-mistake' : ''}" aria-invalid=${this.isWrongDays ? 'true' : nothing}
              @input=${(event: InputEvent) => this.#choose({ days: (event.target as HTMLInputElement).value })}>`,
          )}
        </div>
        ${
          isOne
            ? html`<label class="check"><input type="checkbox" .checked=${choices.isLink} @change=${(event: Event) =>
                this.#choose({
                  isLink: (event.target as HTMLInputElement).checked,
                })}><span>${invite.asLink}</span></label>`
            : nothing
        }
      </div></details>
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${this.#leave}>${texts.cancel}</button>
        ${submitButton(isOne ? (choices.isLink ? invite.createLink : invite.sendOne) : invite.goOn, this.isBusy, invite.checking)}</div>
    </form>`;
  }

  #teamChoice(): TemplateResult | typeof nothing {
    const { teams, choices } = this;
    const { invite } = this.texts;
    if (!teams || teams.length === 0) return nothing;
    const toggle = (id: string, isChosen: boolean) =>
      this.#choose({ teams: isChosen ? [...choices.teams, id] : choices.teams.filter((each) => each !== id) });
    return html`<fieldset><legend>${invite.teams}</legend><div class="teams">${teams.map(
      ({ id, name }) => html`<label class="check"><input type="checkbox" .checked=${choices.teams.includes(id)}
        ?disabled=${choices.teams.length >= TEAM_LIMIT && !choices.teams.includes(id)}
        @change=${(event: Event) => toggle(id, (event.target as HTMLInputElement).checked)}><span>${name}</span></label>`,
    )}</div></fieldset>`;
  }

  #readTeams = async () => {
    if (this.teams) return;
    const { signal } = this;
    try {
      const teams: Team[] = [];
      for await (const team of this.muster.teams.list()) if (!team.isDefault) teams.push(team);
      this.teams = teams.sort((a, b) => a.name.localeCompare(b.name));
    } catch (error) {
      if (!signal.aborted) this.problem = this.failed(error);
    }
  };

  #drag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.isOver = true;
  };

  #drop = (event: DragEvent) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    this.isOver = false;
    this.#take(file);
  };

  #take(file: File | undefined): void {
    this.file = file;
    this.mistake = file && file.size > FILE_LIMIT ? this.texts.invite.tooLarge : undefined;
  }

  /** Reads who is to be invited. @returns a sentence if nobody can be */
  async #read(): Promise<readonly Candidate[] | string> {
    const { choices, file } = this;
    const { invite } = this.texts;
    const { role, message, language, days, teams } = choices;
    const common = {
      role,
      ...(message.trim() && { message: message.trim() }),
      ...(language && { language }),
      ...(days && { expiresInDays: Number(days) }),
      ...(teams.length > 0 && { teams }),
      ...(this.redirectUrl && { redirectUrl: this.redirectUrl }),
    };
    this.#isNamed = false;
    if (!file) {
      const found = addressesIn(this.text);
      this.#isNamed = found.some(({ isNamed }) => isNamed);
      if (found.length === 0) return invite.nobody;
      return found.map(({ email, isAddress }) =>
        isAddress
          ? { email, invitee: { ...common, email } }
          : { email, isFine: false, reason: (texts) => texts.invalid.email },
      );
    }
    if (file.size > FILE_LIMIT) return invite.tooLarge;
    const { readRows } = await import('./csv.ts');
    const rows = readRows(new Uint8Array(await file.arrayBuffer()), role);
    if (typeof rows === 'string') return invite.fileProblems[rows];
    if (rows.length === 0) return invite.fileProblems.empty;
    return rows.map(({ line, invitation, problem, absence }): Candidate => {
      const { email } = invitation;
      if (absence !== undefined) return { email, line, isFine: false, reason: (texts) => texts.invite.absent };
      if (problem) return { email, line, isFine: false, reason: (texts) => texts.invite.rowProblems[problem] };
      return { email, line, invitee: { ...common, ...invitation } as Candidate['invitee'] };
    });
  }

  #check = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.isBusy) return;
    this.mistake = undefined;
    const days = this.renderRoot.querySelector<HTMLInputElement>('#days');
    this.isWrongDays = days?.checkValidity() === false;
    if (this.isWrongDays) {
      const around = days?.closest('details');
      if (around) around.open = true;
      days?.focus();
      return;
    }
    const signal = this.#begin();
    try {
      const found = await this.#read();
      if (signal.aborted) return;
      if (typeof found === 'string') return this.#complain(found);
      if (found.length > PEOPLE_LIMIT) return this.#complain(this.texts.invite.tooMany(this.number(PEOPLE_LIMIT)));
      const candidates = withoutTwins(found);
      const checked = await inviteAll(this.muster, candidates, { dryRun: true, keys: new Map(), signal });
      const [only] = checked;
      if (checked.length === 1 && only && !this.file) {
        if (!only.isFine) return this.#complain(only.reason?.(this.texts) ?? this.texts.invalid.email);
        await this.#sendOne(only, signal);
        return;
      }
      // What needs attention comes first.
      this.candidates = [...checked].sort((a, b) => Number(a.isFine ?? false) - Number(b.isFine ?? false));
      this.shown = SHOWN;
      this.#keys = new Map();
      this.step = 'preview';
    } catch (error) {
      if (!signal.aborted) this.problem = this.failed(error);
    } finally {
      if (!signal.aborted) this.isBusy = false;
    }
  };

  #complain(mistake: string): void {
    this.mistake = mistake;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#addresses')?.focus());
  }

  async #sendOne({ invitee }: Candidate, signal: AbortSignal): Promise<void> {
    if (!invitee) return;
    const { invite } = this.texts;
    const { isLink } = this.choices;
    const made = await this.muster.invitations.create({ ...invitee, ...(isLink && { sendEmail: false }) }, { signal });
    this.changed({ resource: 'invitation', id: made.id });
    if (made.link) {
      this.link = made.link;
      this.candidates = [{ email: made.email, isFine: true }];
      this.step = 'done';
      return;
    }
    this.#close();
    this.say(invite.invitedOne(made.email));
  }

  #preview(): TemplateResult {
    const { texts, candidates } = this;
    const { invite } = texts;
    const count = candidates.filter(({ isFine }) => isFine).length;
    return html`<form class="stack" @submit=${this.#send}>
      <p>${invite.summary(this.number(count), this.number(candidates.length - count), count)}</p>
      ${this.#what()}
      ${this.#isNamed ? html`<p class="hint">${invite.names}</p>` : nothing}
      ${this.#people(invite.will, invite.willNot)}
      ${failureNote(this.problem, texts)}
      <div class="actions"><button class="button" type="button" @click=${this.#back}>${invite.back}</button>
        ${count > 0 ? submitButton(invite.inviteMany(this.number(count), count), this.isBusy, invite.sendingTitle) : nothing}</div></form>`;
  }

  /** As which role they are invited, and how the message begins if all get the same. A file may say both by row. */
  #what(): TemplateResult | typeof nothing {
    const { texts, candidates } = this;
    const invitees = candidates.flatMap(({ invitee, isFine }) => (invitee && isFine ? [invitee] : []));
    if (invitees.length === 0) return nothing;
    const roles = [...new Set(invitees.map(({ role }) => role))].map((role) => this.roleLabel(role));
    const [message, ...others] = new Set(invitees.map((each) => each.message ?? ''));
    const start = oneLine(message ?? '', MESSAGE_START);
    return html`<p>${texts.role}: ${roles.join(', ')}</p>
      ${start && others.length === 0 ? html`<p class="start">${texts.invitations.message}: ${start}</p>` : nothing}`;
  }

  #back = () => {
    this.step = 'form';
    this.problem = undefined;
  };

  #people(fine: string, notFine: string): TemplateResult {
    const { texts, candidates, shown } = this;
    const { invite } = texts;
    return html`<ul class="list people" tabindex="0" aria-label=${invite.addresses}>${candidates.slice(0, shown).map(
      ({ email, line, isFine, reason }) => html`<li class="row"><div><span class="name">${wrapped(email || '–')}</span>
        ${line === undefined ? nothing : html`<span class="detail">${invite.line(this.number(line))}</span>`}</div>
        <span class="badge ${isFine ? 'good' : 'warn'}">${isFine ? fine : notFine}</span>
        ${isFine ? nothing : html`<div class="detail why">${reason?.(texts)}</div>`}</li>`,
    )}</ul>${
      candidates.length > shown
        ? html`<button class="button" type="button" @click=${() => (this.shown += SHOWN)}>${texts.showMore}</button>`
        : nothing
    }`;
  }

  #send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (this.isBusy) return;
    this.#begin();
    this.done = 0;
    this.step = 'sending';
    const { signal: time } = this;
    // What was confirmed is sent where it was, also if the screen is about another organization by then.
    const muster = (this.client as Muster).in(this.person.organization.id);
    try {
      const wanted = this.candidates.map((each) => (each.isFine ? each : { ...each, invitee: undefined }));
      const onProgress = (done: number) => {
        if (!time.aborted) this.done = done;
      };
      const results = await inviteAll(muster, wanted, { keys: this.#keys, signal: this.#work.signal, onProgress });
      if (time.aborted) return;
      this.candidates = results
        .map((each) => ({ reason: (texts: Texts) => texts.invite.stopped, ...each, isFine: each.isFine ?? false }))
        .sort((a, b) => Number(a.isFine) - Number(b.isFine));
      this.step = 'done';
    } catch (error) {
      if (time.aborted) return;
      this.problem = this.failed(error);
      this.step = 'preview';
    } finally {
      if (!time.aborted) this.isBusy = false;
      this.changed({ resource: 'invitation' });
    }
  };

  #sending(): TemplateResult {
    const { invite } = this.texts;
    const count = this.candidates.filter(({ isFine }) => isFine).length;
    const label = invite.progress(this.number(this.done), this.number(count));
    return html`<div class="stack"><progress max=${count} .value=${this.done} aria-label=${invite.sendingTitle}></progress>
      <p role="status">${label}</p></div>`;
  }

  #done(): TemplateResult {
    const { texts, candidates, link } = this;
    const { invite } = texts;
    const count = candidates.filter(({ isFine }) => isFine).length;
    return html`<div class="stack">
      ${
        link
          ? html`${field(
              { id: 'link', label: invite.linkTo(candidates[0]?.email ?? ''), hint: invite.linkHint },
              html`<div class="link-field"><input class="input" id="link" readonly aria-describedby="link-hint" .value=${link}
                @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}>
                <button class="button" type="button" @click=${this.#copy}>${invite.copy}</button></div>`,
            )}`
          : html`<p role="status">${invite.result(this.number(count), this.number(candidates.length - count))}</p>
            ${candidates.length > count ? this.#people(invite.invited, invite.notInvited) : nothing}`
      }
      <div class="actions">${
        this.invitationsUrl && !link
          ? html`<a class="button" href=${this.invitationsUrl} @click=${this.#close}>${invite.showInvitations}</a>`
          : nothing
      }<button class="button primary" type="button" @click=${this.#close}>${texts.close}</button></div></div>`;
  }

  #copy = async () => {
    const { invite } = this.texts;
    this.say((await this.copy('link')) ? invite.copied : invite.notCopied);
  };
}
