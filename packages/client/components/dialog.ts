import { css, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { html } from './html.ts';
import { ICONS } from './icons.ts';
import { theme } from './theme.ts';

/** What is asked before a dialog is closed in which something would be lost, and the two answers. */
export interface Guard {
  readonly title: string;
  readonly text: string;
  readonly leave: string;
  readonly stay: string;
}

/** What a `navigate` event of the browser's Navigation API says. */
interface NavigateEvent extends Event {
  readonly destination: { readonly sameDocument: boolean };
}

/**
 * A modal dialog around the native one: it keeps the focus, and gives it back. Its content is in its slot. With a guard,
 * neither Escape nor the browser's Back button closes it before the person has answered.
 *
 * @fires muster-close when the person closes it; whoever shows it takes it away
 */
export class MusterDialog extends LitElement {
  static override styles = [
    theme,
    css`
      :host { display: contents; }
      dialog {
        width: min(36rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); padding: 0; overflow: hidden;
        border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 1.4); background: var(--_surface); color: var(--_text);
        box-shadow: 0 24px 64px rgb(0 0 0 / 0.28);
      }
      dialog[open] { display: flex; flex-direction: column; animation: rise 160ms ease-out; }
      dialog::backdrop { background: rgb(12 15 22 / 0.5); }
      header { display: flex; align-items: start; gap: 1rem; padding: 1rem 1.25rem 0.75rem; }
      header h2 { margin-inline-end: auto; padding-block: 0.375rem; overflow-wrap: anywhere; }
      .question { padding: 0.25rem 1.25rem 1.25rem; }
      .body { padding: 0.25rem 1.25rem 1.25rem; overflow-y: auto; overscroll-behavior: contain; scroll-padding-block-end: 5rem; container-type: inline-size; }
      @keyframes rise { from { transform: translateY(0.75rem); } }
      @media (width < 40rem) {
        dialog { width: 100vw; max-width: 100vw; max-height: 92dvh; margin-block-end: 0; border-end-start-radius: 0; border-end-end-radius: 0; border-inline: 0; border-block-end: 0; }
      }
    `,
  ];

  static override properties: PropertyDeclarations = {
    heading: {},
    closeLabel: {},
    message: {},
    guard: { attribute: false },
    isAsking: { state: true },
  };

  declare heading: string | TemplateResult;
  declare closeLabel: string;
  /** What has just been done: the page's own message is behind the dialog. */
  declare message: string | undefined;
  /** Undefined: nothing would be lost. */
  declare guard: Guard | undefined;
  declare private isAsking: boolean;
  /** What had the focus before. */
  #opener: HTMLElement | undefined;
  /** What had the focus before the question. */
  #asked: HTMLElement | undefined;

  constructor() {
    super();
    this.isAsking = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    navigation()?.addEventListener('navigate', this.#navigated);
  }

  protected override willUpdate(): void {
    if (!this.guard) this.isAsking = false;
  }

  protected override firstUpdated(_: PropertyValues): void {
    this.#opener = focused();
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    navigation()?.removeEventListener('navigate', this.#navigated);
    // A native dialog gives the focus back when it is closed, not when it is taken away.
    if (this.#opener?.isConnected) this.#opener.focus();
  }

  protected override render(): TemplateResult {
    const { isAsking, guard } = this;
    return html`<dialog aria-labelledby="heading" @cancel=${this.#cancel} @close=${this.#closed}>
      <header><h2 id="heading" tabindex="-1">${isAsking && guard ? guard.title : this.heading}</h2>
        <button class="button quiet icon-only" type="button" aria-label=${this.closeLabel} @click=${this.close}>${ICONS.close}</button></header>
      ${
        isAsking && guard
          ? html`<div class="question stack"><p>${guard.text}</p>
            <div class="actions"><button class="button danger" type="button" @click=${this.#leave}>${guard.leave}</button>
              <button class="button primary" id="stay" type="button" @click=${this.#stay}>${guard.stay}</button></div></div>`
          : nothing
      }
      <div class="body" ?hidden=${isAsking}><slot></slot></div>
      <div class="toast" role="status">${this.message || nothing}</div>
    </dialog>`;
  }

  #cancel = (event: Event) => {
    // A closed file picker cancels too, and bubbles. What can't be prevented is followed by `close`.
    if (event.target !== event.currentTarget || !event.cancelable) return;
    event.preventDefault();
    this.close();
  };

  /** Another page of the application, as by Back: it stays here until the person has answered. */
  #navigated = (event: Event) => {
    if (!this.guard || !event.cancelable || !(event as NavigateEvent).destination.sameDocument) return;
    event.preventDefault();
    if (!this.isAsking) this.close();
  };

  /** Browsers close a dialog without asking at a second Escape. Whoever shows it decides: it opens again if it stays. */
  #closed = () => {
    if (!this.isConnected) return;
    this.close();
    setTimeout(() => {
      const dialog = this.renderRoot.querySelector('dialog');
      if (this.isConnected && dialog && !dialog.open) dialog.showModal();
    });
  };

  /** Closes it as the person does: with a guard, they are asked first. Whoever is asked, and closes again, stays. */
  close = (): void => {
    if (!this.guard) this.#leave();
    else if (this.isAsking) this.#stay();
    else {
      this.#asked = focused();
      this.isAsking = true;
      void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#stay')?.focus());
    }
  };

  #leave = () => {
    this.isAsking = false;
    this.dispatchEvent(new CustomEvent('muster-close'));
  };

  #stay = () => {
    this.isAsking = false;
    void this.updateComplete.then(() => this.#asked?.focus());
  };
}

/** Returns the browser's Navigation API, if it has one. */
function navigation(): EventTarget | undefined {
  return (window as { readonly navigation?: EventTarget }).navigation;
}

/** Returns what has the focus, also within shadow roots. */
function focused(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : undefined;
}
