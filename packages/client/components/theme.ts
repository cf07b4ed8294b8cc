import { css, unsafeCSS } from 'lit';
import { paletteOf } from '../../../lib/domain/color.ts';
import { COLORS, SHAPE } from '../../../lib/domain/look.ts';

/** A color of both modes. */
const both = (name: keyof (typeof COLORS)['light']) =>
  unsafeCSS(`light-dark(${COLORS.light[name]}, ${COLORS.dark[name]})`);

/**
 * What every element looks like. Applications set `--muster-...`; everything else derives from it. Light or dark follows
 * `color-scheme` of the page.
 */
export const theme = css`
  :host {
    --_fill: var(--muster-fill, #3b5bdb);
    --_on-fill: var(--muster-on-fill, #ffffff);
    --_ink: light-dark(var(--muster-ink-on-light, #3b5bdb), var(--muster-ink-on-dark, #8098f0));
    --_surface: var(--muster-surface, ${both('card')});
    --_raised: var(--muster-raised, ${both('card')});
    --_hover: light-dark(#f4f5f7, #262a33);
    --_text: var(--muster-text, ${both('text')});
    --_muted: var(--muster-muted, ${both('muted')});
    --_line: var(--muster-line, ${both('line')});
    --_edge: ${both('edge')};
    --_danger: var(--muster-danger, ${both('danger')});
    --_good: ${both('good')};
    --_warn: ${both('warn')};
    --_radius: var(--muster-radius, ${unsafeCSS(SHAPE.control)});
    display: block;
    color: var(--_text);
    font: 400 0.9375rem / 1.5 var(--muster-font, system-ui, sans-serif);
    container-type: inline-size;
    text-align: start;
  }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
  h2 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -0.01em; }
  h3 { font-size: 1rem; line-height: 1.4; }
  h2:focus { outline: none; }
  ul, ol { list-style: none; }
  fieldset { border: 0; min-width: 0; }
  button, input, select, textarea { font: inherit; color: inherit; }
  :focus-visible { outline: ${unsafeCSS(SHAPE.focus)} solid var(--_ink); outline-offset: 2px; }

  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 0.5rem;
    min-height: 2.5rem; padding: 0.375rem 0.875rem; cursor: pointer; text-decoration: none;
    font-weight: 600; line-height: 1.25; white-space: nowrap;
    border: 1px solid var(--_edge); border-radius: var(--_radius);
    background: var(--_raised); color: var(--_text);
    transition: background-color 120ms, border-color 120ms;
  }
  .button:hover { background: var(--_hover); }
  .button[aria-disabled='true'] { opacity: 0.6; cursor: progress; }
  .primary { background: var(--_fill); border-color: var(--_fill); color: var(--_on-fill); }
  .primary:hover { background: var(--_fill); box-shadow: 0 0 0 3px color-mix(in srgb, var(--_fill) 35%, transparent); }
  .danger { border-color: var(--_danger); color: var(--_danger); background: transparent; }
  .quiet { border-color: transparent; background: transparent; }
  .icon-only { width: 2.5rem; padding: 0; }
  .link { border: 0; background: none; padding: 0; min-height: 1.5rem; color: var(--_ink); font-weight: 550; cursor: pointer; text-decoration: underline; text-underline-offset: 0.15em; }
  svg { width: 1.25rem; height: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }

  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1rem; margin-block-end: 1rem; }
  .head h2 { margin-inline-end: auto; }
  .count { color: var(--_muted); font-weight: 400; font-size: 1rem; margin-inline-start: 0.375rem; font-variant-numeric: tabular-nums; }
  .tools { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-block-end: 1rem; }
  .tools > .grow { flex: 1 1 16rem; }

  .field { display: grid; gap: 0.375rem; }
  .field > label, legend { font-weight: 550; padding: 0; }
  .hint { color: var(--_muted); font-size: 0.875rem; }
  .mistake { color: var(--_danger); font-size: 0.875rem; }
  .input {
    width: 100%; min-height: 2.5rem; padding: 0.4375rem 0.75rem;
    border: 1px solid var(--_edge); border-radius: var(--_radius); background: var(--_surface);
  }
  textarea.input { resize: vertical; min-height: 5.5rem; }
  .input::placeholder { color: var(--_muted); opacity: 1; }
  .input[aria-invalid='true'] { border-color: var(--_danger); }
  .search { position: relative; }
  .search svg { position: absolute; inset-block-start: 0.625rem; inset-inline-start: 0.75rem; color: var(--_muted); pointer-events: none; }
  .search .input { padding-inline-start: 2.5rem; }
  input[type='radio'], input[type='checkbox'] { accent-color: var(--_fill); width: 1.125rem; height: 1.125rem; margin: 0; flex: none; }

  .list { border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 1.4); background: var(--_surface); overflow: clip; }
  .row { display: grid; align-items: center; gap: 0.25rem 1rem; padding: 0.75rem 1rem; content-visibility: auto; contain-intrinsic-size: auto 4rem; }
  .row + .row { border-block-start: 1px solid var(--_line); }
  .who { display: flex; align-items: center; gap: 0.75rem; min-width: 0; }
  .who > div:last-child { min-width: 0; }
  .name { font-weight: 550; overflow-wrap: anywhere; }
  .part { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }
  .detail { color: var(--_muted); font-size: 0.875rem; overflow-wrap: anywhere; }
  .avatar {
    display: grid; place-items: center; width: 2.25rem; height: 2.25rem; flex: none; border-radius: 50%;
    font-size: 0.8125rem; font-weight: 600; background: light-dark(#e8ebf1, #31363f); color: light-dark(#3d4656, #d5dae3);
  }
  .hue-1 { background: light-dark(#dbeafe, #1e3a5f); color: light-dark(#1e3f8a, #bcd8ff); }
  .hue-2 { background: light-dark(#dcf5e7, #12402c); color: light-dark(#0b5636, #b2ecce); }
  .hue-3 { background: light-dark(#fde8d7, #4d2d12); color: light-dark(#7c3606, #ffd3ae); }
  .hue-4 { background: light-dark(#f3e4fb, #41235a); color: light-dark(#622091, #e4c8f7); }
  .hue-5 { background: light-dark(#fde3ea, #55202f); color: light-dark(#8d1539, #ffc4d3); }
  .badge {
    display: inline-block; padding: 0.0625rem 0.5rem; border-radius: 1rem; font-size: 0.8125rem; font-weight: 550;
    background: light-dark(#eef0f4, #2a2f38); color: var(--_text); white-space: nowrap; vertical-align: middle;
  }
  .badge.good { background: light-dark(#e0f5ea, #123324); color: var(--_good); }
  .badge.warn { background: light-dark(#fdf0dc, #3a2a10); color: var(--_warn); }
  .badge.bad { background: light-dark(#fdebe9, #40191a); color: var(--_danger); }
  .foot { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 0.75rem; padding-block: 1rem; color: var(--_muted); }

  .panel { border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 1.4); background: var(--_surface); padding: 1rem; }
  .notice { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; border: 1px solid var(--_line); border-inline-start: 4px solid var(--_ink); border-radius: var(--_radius); background: var(--_surface); padding: 0.75rem 1rem; margin-block-end: 1rem; }
  .notice > p { flex: 1 1 18rem; }
  .notice.bad { border-inline-start-color: var(--_danger); }
  .state { display: grid; justify-items: center; gap: 0.5rem; padding: 3rem 1.5rem; text-align: center; }
  .state > svg { width: 2.25rem; height: 2.25rem; stroke-width: 1.4; color: var(--_muted); }
  .state p { color: var(--_muted); max-width: 34rem; }
  .state .button { margin-block-start: 0.75rem; }
  .skeleton { display: grid; gap: 1px; }
  .skeleton > i { display: flex; align-items: center; height: 4rem; padding-inline: 1rem; }
  .skeleton > i::before { content: ''; width: min(60%, 18rem); height: 0.75rem; border-radius: 1rem; background: var(--_hover); animation: breathe 1.4s ease-in-out infinite alternate; }
  @keyframes breathe { from { opacity: 1; } to { opacity: 0.4; } }

  .stack { display: grid; gap: 1rem; }
  .stack > [role='alert']:not(:has(*)) { margin-block-start: -1rem; }
  .cluster { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
  /* In a dialog that scrolls, they stay in sight. */
  .actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.75rem; position: sticky; inset-block-end: -1.25rem; z-index: 1; margin-block-end: -1.25rem; padding-block: 0.75rem 1.25rem; background: var(--_surface); }
  .further { margin-block-start: 0.25rem;  display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; border-block-start: 1px solid var(--_line); padding-block-start: 1rem; }
  .choice { display: flex; align-items: start; gap: 0.75rem; padding: 0.625rem 0.75rem; border: 1px solid var(--_line); border-radius: calc(var(--_radius) * 0.8); cursor: pointer; }
  .choice:has(:checked) { border-color: var(--_ink); background: var(--_hover); }
  .choice input { margin-block-start: 0.1875rem; }
  .choices { display: grid; gap: 0.5rem; margin-block-start: 0.5rem; }
  .consequences { display: grid; gap: 0.375rem; padding-inline-start: 1.25rem; list-style: disc; }
  .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .toast {
    position: fixed; z-index: 10; inset-block-end: 1rem; inset-inline: 1rem; margin-inline: auto; width: fit-content; max-width: calc(100vw - 2rem);
    padding: 0.625rem 1rem; border-radius: var(--_radius); background: light-dark(#1b1f27, #eceef2); color: light-dark(#ffffff, #16181d);
    box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
  }
  .toast:empty { padding: 0; }

  @container (width < 40rem) {
    .button:not(.icon-only, .link) { min-height: 2.75rem; }
    .icon-only { width: 2.75rem; min-height: 2.75rem; }
  }
  @container (width < 30rem) {
    .actions { flex-direction: column-reverse; }
    .actions .button { width: 100%; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before { animation: none !important; transition: none !important; }
  }
  @media (forced-colors: active) {
    .button, .badge, .list, .choice:has(:checked) { border: 1px solid; }
  }
`;

/**
 * Derives the colours of text from `--muster-color`, so that text on it, and text in it, stays readable whatever it is:
 * CSS alone can't compute a contrast yet.
 *
 * @param element gets the derived colours as variables
 */
export function deriveColors(element: HTMLElement): void {
  const given = getComputedStyle(element).getPropertyValue('--muster-color').trim();
  if (given === '') return;
  const { fill, onFill, inkOnLight, inkOnDark } = paletteOf(toHex(given));
  const derived = {
    ...{ '--muster-fill': fill, '--muster-on-fill': onFill },
    ...{ '--muster-ink-on-light': inkOnLight, '--muster-ink-on-dark': inkOnDark },
  };
  for (const [name, value] of Object.entries(derived)) element.style.setProperty(name, value);
}

/** Returns any CSS colour as `#rrggbb`; undefined if it is none. */
function toHex(color: string): string | undefined {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!canvas || !CSS.supports('color', color)) return undefined;
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((each) => each.toString(16).padStart(2, '0')).join('')}`;
}
