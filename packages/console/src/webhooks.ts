import { css, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { ALL_EVENT_TYPES, type EventType } from '../../../lib/domain/event.ts';
import { field, submitButton } from '../../client/components/form.ts';
import { html } from '../../client/components/html.ts';
import { ICONS } from '../../client/components/icons.ts';
import { Pages } from '../../client/components/pages.ts';
import { emptyState, failureNote } from '../../client/components/states.ts';
import type { NewWebhook, Webhook, WebhookDelivery } from '../../client/src/index.ts';
import { ConsoleElement } from './element.ts';
import { fragmentOf } from './place.ts';

/** What events are about, as an admin thinks of it. */
const ABOUT = {
  member: /^member\./,
  invitation: /^invitation\./,
  team: /^team/,
  organization: /^organization\./,
  site: /^(site|sensitive_data)/,
  charger: /^charger\./,
  credential: /^(access_token|integration)\./,
  webhook: /^webhook\./,
} as const;
type About = keyof typeof ABOUT;

/** `<console-webhooks>`: the webhooks of an organization, and what one of them has sent. */
export class ConsoleWebhooks extends ConsoleElement {
  static override styles = [
    ...ConsoleElement.styles,
    css`
      .row .name a { text-decoration: none; }
      .row .name a:hover { text-decoration: underline; }
      .facts { display: grid; gap: 0.5rem; margin-block-end: 1rem; }
      .facts .name { font-family: ui-monospace, monospace; font-size: 0.9375rem; }
      .checks { display: grid; gap: 0.375rem; padding: 0.5rem 0 0 2rem; }
      .checks label { display: flex; align-items: center; gap: 0.625rem; }
    `,
  ];

  static override properties = {
    ...ConsoleElement.properties,
    item: { attribute: false },
    webhooks: { state: true },
    isCreating: { state: true },
    isSome: { state: true },
    isNothing: { state: true },
    made: { state: true },
    asking: { state: true },
  };

  protected static override subject = [...ConsoleElement.subject, 'item'];

  /** The id of the webhook that is shown; undefined: the list of all. */
  declare item: string | undefined;
  /** All of the organization: their number is limited. */
  declare private webhooks: readonly Webhook[];
  declare private isCreating: boolean;
  declare private isSome: boolean;
  /** Whether nothing was chosen that would be sent. */
  declare private isNothing: boolean;
  /** The webhook with the secret that is shown once. */
  declare private made: NewWebhook | undefined;
  declare private asking: 'rotate' | 'delete' | undefined;
  readonly #deliveries = new Pages<WebhookDelivery>(this, (error) => this.failed(error));

  constructor() {
    super();
    this.webhooks = [];
    this.isCreating = false;
    this.isSome = false;
    this.isNothing = false;
  }

  protected override async loadFor(_: unknown, signal?: AbortSignal): Promise<void> {
    this.webhooks = (await this.muster.webhooks.list({ perPage: 100 }, signal && { signal })).data;
    await this.#read();
  }

  get #webhook(): Webhook | undefined {
    return this.webhooks.find(({ id }) => id === this.item);
  }

  async #read(): Promise<void> {
    const { item } = this;
    if (item === undefined || !this.#webhook) return;
    const { webhooks } = this.muster;
    await this.#deliveries.start((cursor, signal) =>
      webhooks.listDeliveries(item, { cursor, perPage: 20 }, { signal }),
    );
  }

  protected override content(): TemplateResult {
    const { made, asking } = this;
    const { webhooks: words } = this.words;
    const webhook = this.#webhook;
    const page = () => (webhook ? this.#one(webhook) : this.item === undefined ? this.#all() : this.#gone());
    return html`${page()}
      ${this.isCreating ? this.#form() : nothing}
      ${made?.secret ? this.secretDialog(words.secret, words.secret, made.secret, () => this.#keep(undefined)) : nothing}
      ${webhook && asking === 'rotate' ? this.#rotate(webhook) : nothing}
      ${webhook && asking === 'delete' ? this.#delete(webhook) : nothing}`;
  }

  #keep(made: NewWebhook | undefined): void {
    this.made = made;
  }

  #gone(): TemplateResult {
    const { webhooks: words } = this.words;
    return html`<a class="back" href=${fragmentOf(this.person.organization.id, 'webhooks')}>← ${words.back}</a>
      <div class="head"><h2 tabindex="-1">${words.title}</h2></div>
      <div class="list">${emptyState(ICONS.offline, words.gone, words.goneText)}</div>`;
  }

  #all(): TemplateResult {
    const { webhooks: words } = this.words;
    const create = html`<button class="button primary" type="button" aria-haspopup="dialog" @click=${() => this.#create(true)}>${words.create}</button>`;
    return html`
      <div class="head"><h2 tabindex="-1">${words.title}</h2>${this.webhooks.length > 0 ? create : nothing}</div>
      <p class="lead">${words.lead}</p>
      ${
        this.webhooks.length === 0
          ? html`<div class="list">${emptyState(ICONS.offline, words.none, words.noneText, create)}</div>`
          : html`<ul class="list" aria-label=${words.title}>${repeat(
              this.webhooks,
              ({ id }) => id,
              (webhook) => html`<li class="row"><div>
                <div class="name"><a href=${fragmentOf(webhook.organizationId, 'webhooks', webhook.id)}>${webhook.url}</a></div>
                <div class="detail">${this.#events(webhook)}</div></div><div class="cluster">${this.#status(webhook)}</div></li>`,
            )}</ul>`
      }`;
  }

  #events({ events }: Webhook): string {
    return events === null ? this.words.webhooks.everything : this.words.webhooks.count(events.length);
  }

  #status({ status, failingSince }: Webhook): TemplateResult {
    const { webhooks: words } = this.words;
    const look = { ENABLED: 'good', PAUSED: 'warn', DISABLED: 'bad' }[status];
    return html`<span class="badge ${look}">${words.status[status]}</span>
      ${failingSince === null ? nothing : html`<span class="badge bad">${words.failing(this.day(failingSince))}</span>`}`;
  }

  #one(webhook: Webhook): TemplateResult {
    const { webhooks: words } = this.words;
    const { rows, isLoading, failure } = this.#deliveries;
    const isOn = webhook.status === 'ENABLED';
    const update = (status: 'ENABLED' | 'PAUSED') =>
      this.actAndSay(
        async () => this.#replace(await this.muster.webhooks.update(webhook.id, { status })),
        words.status[status],
      );
    return html`
      <a class="back" href=${fragmentOf(webhook.organizationId, 'webhooks')}>← ${words.back}</a>
      <div class="head"><h2 tabindex="-1">${words.title}</h2>
        <button class="button primary" type="button" @click=${() => this.#test(webhook)}>${words.test}</button>
        <button class="button" type="button" @click=${() => update(isOn ? 'PAUSED' : 'ENABLED')}>${isOn ? words.pause : words.enable}</button>
        <button class="button" type="button" aria-haspopup="dialog" @click=${() => this.#ask('rotate')}>${words.rotate}</button>
        <button class="button danger" type="button" aria-haspopup="dialog" @click=${() => this.#ask('delete')}>${words.delete}</button></div>
      <div class="panel facts"><div class="name">${webhook.url}</div>
        <div class="cluster">${this.#status(webhook)}<span class="detail">${this.#events(webhook)}</span></div>
        ${webhook.status === 'DISABLED' ? html`<p class="hint">${words.disabledText}</p>` : nothing}</div>
      <section class="section"><h3>${words.deliveries}</h3>
      ${
        rows.length > 0
          ? html`<ol class="list" aria-label=${words.deliveries}>${repeat(
              rows,
              ({ id }) => id,
              (delivery) => this.#delivery(webhook, delivery),
            )}</ol>`
          : isLoading || failure
            ? nothing
            : html`<div class="list">${emptyState(ICONS.door, words.noDeliveries, words.noDeliveriesText)}</div>`
      }
      ${this.foot(this.#deliveries)}
      <div class="foot"><button class="button quiet" type="button" @click=${() => this.#read()}>${words.refresh}</button></div></section>`;
  }

  #delivery(webhook: Webhook, delivery: WebhookDelivery): TemplateResult {
    const { webhooks: words } = this.words;
    const { status, attempts, createdAt, nextAttemptAt, responseStatus, reason, type } = delivery;
    const look = { PENDING: 'warn', DELIVERED: 'good', FAILED: 'bad' }[status];
    const said = responseStatus === null ? reason : words.answered(responseStatus);
    return html`<li class="row"><div><div class="name">${type} <span class="badge ${look}">${words.delivery[status]}</span></div>
      <div class="detail">${[
        this.moment(createdAt),
        words.attempts(attempts),
        ...(said === null ? [] : [said]),
        ...(nextAttemptAt === null ? [] : [words.next(this.moment(nextAttemptAt))]),
      ].join(' · ')}</div></div>
      <div class="cluster">${
        status === 'PENDING'
          ? nothing
          : html`<button class="button" type="button" aria-label=${`${words.again}: ${type}, ${this.moment(createdAt)}`}
              @click=${() => this.#again(webhook, delivery)}>${words.again}</button>`
      }</div></li>`;
  }

  async #again(webhook: Webhook, { id }: WebhookDelivery): Promise<void> {
    const isSent = await this.actAndSay(
      () => this.muster.webhooks.resendDelivery(webhook.id, id),
      this.words.webhooks.sentAgain,
    );
    if (isSent) await this.#read();
    await this.keepFocus();
  }

  async #test({ id }: Webhook): Promise<void> {
    const { signal } = this;
    const { webhooks } = this.muster;
    const before = this.#deliveries.rows[0]?.id;
    if (!(await this.actAndSay(() => webhooks.test(id), this.words.webhooks.tested))) return;
    // The event reaches the webhook by the stream of the table, a moment later.
    for (let tries = 0; tries < 10 && !signal.aborted; tries += 1) {
      await new Promise((later) => setTimeout(later, 700));
      const [newest] = await webhooks.listDeliveries(id, { perPage: 1 }).then(
        ({ data }) => data,
        () => [],
      );
      if (newest && newest.id !== before) break;
    }
    if (!signal.aborted) await this.#read();
  }

  #replace(changed: Webhook): void {
    this.webhooks = this.webhooks.map((each) => (each.id === changed.id ? changed : each));
  }

  #ask(asking: 'rotate' | 'delete' | undefined): void {
    this.asking = asking;
  }

  #rotate({ id, url }: Webhook): TemplateResult {
    const { webhooks: words } = this.words;
    return this.question(
      { heading: words.rotateTitle(url), consequences: [words.rotateDay, words.rotateThen], label: words.rotateDo },
      () => this.#ask(undefined),
      async () => {
        this.made = await this.muster.webhooks.rotateSecret(id);
      },
    );
  }

  #delete({ id, url, organizationId }: Webhook): TemplateResult {
    const { webhooks: words } = this.words;
    return this.question(
      { heading: words.deleteTitle(url), consequences: [words.deleteText], label: words.delete },
      () => this.#ask(undefined),
      async () => {
        await this.muster.webhooks.delete(id);
        location.hash = fragmentOf(organizationId, 'webhooks');
        // The list is another page: the frame says it there.
        this.emit('console-notice', words.deleted(url));
      },
    );
  }

  #create(isCreating: boolean): void {
    this.isCreating = isCreating;
    this.isSome = false;
    this.isNothing = false;
    this.problem = undefined;
  }

  #form(): TemplateResult {
    const { texts, problem } = this;
    const { webhooks: words } = this.words;
    const mistake = problem?.details?.url && texts.invalid.url;
    const choose = (isSome: boolean) => () => {
      this.isSome = isSome;
    };
    return this.dialog(
      words.create,
      () => this.#create(false),
      html`<form class="stack" @submit=${this.#make}>
        ${field(
          { id: 'url', label: words.url, hint: words.urlHint, mistake },
          html`<input class="input" id="url" name="url" type="url" required maxlength="1000" autocomplete="off" placeholder="https://"
            aria-invalid=${mistake ? 'true' : nothing} aria-describedby=${mistake ? 'url-hint url-mistake' : 'url-hint'}>`,
        )}
        <fieldset><legend>${words.events}</legend><div class="choices">
          <label class="choice"><input type="radio" name="what" value="all" ?checked=${!this.isSome} @change=${choose(false)}> ${words.all}</label>
          <label class="choice"><input type="radio" name="what" value="some" ?checked=${this.isSome} @change=${choose(true)}> ${words.some} …</label></div>
          ${
            this.isSome
              ? html`<div class="checks">${(Object.keys(ABOUT) as About[]).map(
                  (about) => html`<label><input type="checkbox" name="about" value=${about}
                    ?checked=${about === 'member' || about === 'invitation'}>${words.about[about]}</label>`,
                )}</div>${this.isNothing ? html`<p class="mistake" role="alert">${words.nothing}</p>` : nothing}`
              : nothing
          }</fieldset>
        ${mistake ? nothing : failureNote(problem, texts)}
        <div class="actions"><button class="button" type="button" @click=${() => this.#create(false)}>${texts.cancel}</button>
          ${submitButton(words.createDo, this.isBusy, texts.saving)}</div></form>`,
    );
  }

  #make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const about = data.getAll('about') as About[];
    this.isNothing = this.isSome && about.length === 0;
    if (this.isNothing) {
      this.renderRoot.querySelector<HTMLElement>('input[name=about]')?.focus();
      return;
    }
    const events: EventType[] | null = this.isSome
      ? ALL_EVENT_TYPES.filter((type) => about.some((each) => ABOUT[each].test(type)))
      : null;
    const isMade = await this.act(async () => {
      this.made = await this.muster.webhooks.create({ url: String(data.get('url')).trim(), events });
    });
    if (!isMade) return;
    this.isCreating = false;
    await this.act(async () => {
      this.webhooks = (await this.muster.webhooks.list({ perPage: 100 })).data;
    });
  };
}
customElements.define('console-webhooks', ConsoleWebhooks);
