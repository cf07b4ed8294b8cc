import { css } from 'lit';

/** What the elements of the console share: buttons, fields, cards, focus. */
export const LOOK = css`
  * { box-sizing: border-box; }
  h1, h2, p, ul { margin: 0; }
  h1 { font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
  h1:focus { outline: none; }
  h2 { font-size: 1.0625rem; font-weight: 650; }
  a { color: var(--muster-ink); text-underline-offset: 0.15em; }
  svg { width: 1.25rem; height: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  .muted { color: var(--muster-muted); }
  .card {
    background: var(--muster-surface); border: 1px solid var(--console-line); border-radius: var(--console-card);
    overflow-wrap: anywhere;
  }
  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem; min-height: 2.5rem;
    padding: 0.4375rem 1rem; border: 1px solid var(--muster-ink); border-radius: var(--muster-radius);
    background: var(--muster-color); color: var(--muster-on-color); font: inherit; font-weight: 600;
    text-decoration: none; cursor: pointer;
  }
  .button.plain { background: var(--muster-surface); color: var(--muster-text); border-color: var(--console-edge); }
  .button:hover { box-shadow: 0 0 0 3px color-mix(in srgb, var(--muster-ink) 25%, transparent); }
  .button[aria-disabled='true'] { opacity: 0.55; cursor: progress; box-shadow: none; }
  :focus-visible { outline: var(--console-focus) solid var(--muster-ink); outline-offset: 2px; }
  label { display: block; font-weight: 600; margin-bottom: 0.25rem; }
  input, select {
    width: 100%; min-height: 2.5rem; padding: 0.4375rem 0.75rem; border: 1px solid var(--console-edge);
    border-radius: var(--muster-radius); background: var(--muster-surface); color: inherit; font: inherit;
  }
  .initial {
    flex: none; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 0.5rem;
    background: var(--muster-color); color: var(--muster-on-color); font-weight: 650; user-select: none;
  }
  .initial.person { border-radius: 50%; background: color-mix(in srgb, var(--muster-text) 12%, transparent); color: inherit; }
  .error { color: var(--muster-danger); }
  @media (forced-colors: active) { .button { border-color: currentcolor; } }
`;

/** Returns the letter in the mark of an organization or a person. */
export function initialOf(name: string): string {
  return [...new Intl.Segmenter().segment(name.trim())][0]?.segment.toUpperCase() ?? '?';
}
