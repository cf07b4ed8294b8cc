import { css, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { InvitationToMe, Me, Muster, RoleDescription } from '../src/index.ts';
import { MusterElement } from './element.ts';
import type { Failure } from './failure.ts';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { languageOf } from './language.ts';
import { emptyState, failureNote } from './states.ts';

/**
 * `<muster-waiting>`: the invitations that wait for the signed-in person, to accept or decline without the mailed link.
 * Needs no organization.
 *
 * @attr quiet - shows nothing while no invitation waits, as on a start page
 */
export class MusterWaiting extends MusterElement {
  static override styles = [
    ...MusterElement.styles,
    css`
      .row { grid-template-columns: minmax(0, 1fr) auto; padding-block: 1rem; }
      .quote { border-inline-start: 3px solid var(--_line); padding-inline-start: 0.75rem; margin-block-start: 0.5rem; white-space: pre-line; overflow-wrap: anywhere; }
      @container (width < 40rem) {
        .row { grid-template-columns: minmax(0, 1fr); gap: 0.75rem; }
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    ...MusterElement.properties,
    quiet: { type: Boolean },
    me: { state: true },
    busy: { state: true },
    declining: { state: true },
    problem: { state: true },
  };

  /** Whether nothing is shown while no invitation waits. Also an attribute. */
  declare quiet: boolean;
  declare private me: Me | undefined;
  /** The id of the invitation that is being answered. */
  declare private busy: string | undefined;
  /** The invitation that the person is asked about before they decline it. */
  declare private declining: InvitationToMe | undefined;
  declare private problem: Failure | undefined;
  #roles: readonly RoleDescription[] = [];

  protected override async load(client: Muster, signal: AbortSignal): Promise<undefined> {
    const [me, roles] = await Promise.all([client.me.read({ signal }), client.roles.list({ signal })]);
    this.me = me;
    this.#roles = roles.data;
    return undefined;
  }

  protected override render(): TemplateResult {
    if (this.quiet && !this.message && (this.phase === 'loading' || this.me?.invitations.length === 0)) return html``;
    return super.render();
  }

  protected override content(): TemplateResult {
    const { texts, me } = this;
    const { waiting } = texts;
    const invitations = me?.invitations ?? [];
    const hint = me && !me.emailVerified ? waiting.unverified : waiting.noneText;
    return html`<div class="head"><h2 tabindex="-1">${waiting.title}</h2></div>
      ${this.declining ? nothing : failureNote(this.problem, texts)}
      ${
        invitations.length > 0
          ? html`<ul class="list">${repeat(
              invitations,
              ({ id }) => id,
              (invitation) => this.#row(invitation),
            )}</ul>`
          : html`<div class="list">${emptyState(ICONS.mail, waiting.none, hint)}</div>`
      }${this.declining ? this.#question(this.declining) : nothing}`;
  }

  #row(invitation: InvitationToMe): TemplateResult {
    const { texts } = this;
    const { waiting, invitations } = texts;
    const { id, organizationName, inviterName, role, expiresAt, message } = invitation;
    const found = this.#roles.find((each) => each.role === role);
    const label = found?.label[languageOf(texts.locale)] ?? role;
    const isBusy = this.busy === id ? 'true' : nothing;
    return html`<li class="row"><div><h3>${organizationName}</h3>
      <p class="detail">${inviterName ? waiting.from(inviterName, label) : waiting.fromNobody(label)} · ${invitations.until(this.day(expiresAt))}</p>
      ${message ? html`<p class="quote">${message}</p>` : nothing}</div>
      <div class="cluster"><button class="button primary" type="button" aria-disabled=${isBusy} aria-label="${waiting.accept}: ${organizationName}"
          @click=${() => this.#answer(invitation, true)}>${waiting.accept}</button>
        <button class="button" type="button" aria-disabled=${isBusy} aria-label="${waiting.decline}: ${organizationName}"
          @click=${() => this.#ask(invitation)}>${waiting.decline}</button></div></li>`;
  }

  #question(invitation: InvitationToMe): TemplateResult {
    const { texts, problem, busy } = this;
    const { waiting } = texts;
    const close = () => this.#ask(undefined);
    return html`<muster-dialog .heading=${waiting.declineHeading(invitation.organizationName)} .closeLabel=${texts.close} @muster-close=${close}>
      <div class="stack"><p>${waiting.declineText}</p>${failureNote(problem, texts)}
        <div class="actions"><button class="button" type="button" @click=${close}>${waiting.keep}</button>
          <button class="button danger" type="button" aria-disabled=${busy ? 'true' : nothing}
            @click=${() => this.#answer(invitation, false)}>${waiting.decline}</button></div></div></muster-dialog>`;
  }

  #ask(invitation: InvitationToMe | undefined): void {
    this.problem = undefined;
    this.declining = invitation;
  }

  async #answer({ id, organizationName, organizationId }: InvitationToMe, accepts: boolean): Promise<void> {
    if (this.busy || !this.client || !this.me) return;
    this.busy = id;
    this.problem = undefined;
    try {
      const { me } = this.client;
      await (accepts ? me.acceptInvitation(id) : me.declineInvitation(id));
      const { waiting } = this.texts;
      this.declining = undefined;
      this.me = { ...this.me, invitations: this.me.invitations.filter((each) => each.id !== id) };
      this.say(accepts ? waiting.accepted(organizationName) : waiting.declined(organizationName));
      this.changed({ resource: accepts ? 'organization' : 'invitation', id: accepts ? organizationId : id });
      void this.keepFocus();
    } catch (error) {
      this.problem = this.failed(error);
    } finally {
      this.busy = undefined;
    }
  }
}
