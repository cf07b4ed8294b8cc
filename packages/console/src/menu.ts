import { css, LitElement, nothing } from 'lit';
import { html } from '../../client/components/html.ts';

/** A button that opens a panel with links and buttons. Escape, a click outside and a choice close it. */
export class ConsoleMenu extends LitElement {
  static override properties = { label: {}, open: { type: Boolean, state: true }, up: { type: Boolean } };

  static override styles = css`
    :host { display: block; position: relative; }
    button {
      display: flex; align-items: center; gap: 0.625rem; width: 100%; padding: 0.5rem 0.625rem; cursor: pointer;
      border: 1px solid transparent; border-radius: var(--muster-radius); background: none; color: inherit;
      font: inherit; text-align: start;
    }
    button:hover, button[aria-expanded='true'] { background: color-mix(in srgb, var(--muster-text) 7%, transparent); }
    button:focus-visible { outline: var(--console-focus) solid var(--muster-ink); outline-offset: 2px; }
    .panel {
      position: absolute; z-index: 20; inset-inline-start: 0; top: calc(100% + 0.375rem); min-width: 100%;
      width: max-content; max-width: min(20rem, 88vw); max-height: 70vh; overflow: auto; padding: 0.375rem;
      background: var(--muster-surface); border: 1px solid var(--console-line); border-radius: var(--muster-radius);
      box-shadow: 0 12px 32px -8px rgb(0 0 0 / 28%); box-sizing: border-box;
    }
    :host([up]) .panel { top: auto; bottom: calc(100% + 0.375rem); }
  `;

  declare label: string;
  declare open: boolean;
  declare up: boolean;

  constructor() {
    super();
    this.open = false;
    this.addEventListener('keydown', this.#key);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#outside);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('pointerdown', this.#outside);
    super.disconnectedCallback();
  }

  override render() {
    return html`<button type="button" aria-label=${this.label || nothing} aria-expanded=${this.open} aria-controls="panel"
        @click=${() => this.#set(!this.open)}><slot name="button"></slot></button>
      <div class="panel" id="panel" ?hidden=${!this.open} @click=${this.#chosen}><slot></slot></div>`;
  }

  #set(open: boolean): void {
    this.open = open;
  }

  #chosen(event: Event): void {
    const chosen = event.composedPath().some((each) => each instanceof Element && each.matches('a, button'));
    if (chosen) this.#set(false);
  }

  readonly #key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !this.open) return;
    // What is around the menu stays open.
    event.preventDefault();
    this.#set(false);
    this.renderRoot.querySelector('button')?.focus();
  };

  readonly #outside = (event: Event) => {
    if (this.open && !event.composedPath().includes(this)) this.#set(false);
  };
}
customElements.define('console-menu', ConsoleMenu);
