import { paletteOf } from '../../domain/color.ts';
import { COLORS, FONT, SHAPE } from '../../domain/look.ts';

/** Returns the variables of a mode. */
function variables({ page, card, line, edge, text, muted, shadow }: (typeof COLORS)['light' | 'dark']): string {
  return `--page: ${page}; --card: ${card}; --line: ${line}; --edge: ${edge}; --text: ${text}; --muted: ${muted}; --shadow: ${shadow};`;
}

/** Returns the stylesheet of all pages, in the product's color. It uses system fonts and fetches nothing. */
export function stylesheet(color: string | undefined): string {
  const { fill, onFill, inkOnLight, inkOnDark } = paletteOf(color);
  return `
:root {
  color-scheme: light dark;
  ${variables(COLORS.light)}
  --fill: ${fill}; --on-fill: ${onFill}; --ink: ${inkOnLight};
}
@media (prefers-color-scheme: dark) {
  :root {
    ${variables(COLORS.dark)}
    --ink: ${inkOnDark};
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  min-height: 100vh; min-height: 100svh; padding: clamp(1rem, 5vw, 4rem) 1rem;
  display: flex; flex-direction: column; align-items: center; gap: 1.5rem;
  background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.5 ${FONT};
}
header, main, footer { width: 100%; max-width: ${SHAPE.page}; }
header { font-size: 1.125rem; font-weight: 650; letter-spacing: -0.01em; padding: 0 0.25rem; }
header img { display: block; height: 2.5rem; max-width: 15rem; object-fit: contain; object-position: left; }
main {
  padding: clamp(1.5rem, 6vw, 2.5rem); background: var(--card);
  border: 1px solid var(--line); border-radius: ${SHAPE.card}; box-shadow: var(--shadow);
}
footer { color: var(--muted); padding: 0 0.25rem; }
.mark {
  display: grid; place-items: center; width: 3.25rem; height: 3.25rem; margin-bottom: 1.25rem;
  border-radius: ${SHAPE.card}; border: 1px solid var(--ink); background: var(--fill); color: var(--on-fill);
  font-size: 1.375rem; font-weight: 650; user-select: none;
}
.mark svg { width: 1.625rem; height: 1.625rem; fill: none; stroke: currentColor; stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round; }
.mark.quiet { background: transparent; border-color: var(--line); color: var(--muted); }
h1 { font-size: clamp(1.5rem, 6vw, 1.75rem); line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; text-wrap: balance; }
h1 + p { margin-top: 0.75rem; }
p + p { margin-top: 0.75rem; }
p { text-wrap: pretty; }
figure { margin-top: 1.5rem; padding: 0.125rem 0 0.125rem 1rem; border-left: 3px solid var(--ink); }
figcaption, dt, .muted { color: var(--muted); }
dl { margin-top: 1.5rem; }
dl div { padding: 0.75rem 0; border-top: 1px solid var(--line); }
dl div:last-child { padding-bottom: 0; }
strong { font-weight: 600; }
form, .next { margin-top: 1.5rem; display: grid; gap: 0.75rem; }
button, .button {
  display: block; width: 100%; min-height: 3rem; padding: 0.6875rem 1.5rem; border-radius: ${SHAPE.control};
  border: 1px solid var(--ink); background: var(--fill); color: var(--on-fill);
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { box-shadow: 0 0 0 3px color-mix(in srgb, var(--ink) 25%, transparent); }
button:active, .button:active { transform: translateY(1px); }
label { font-weight: 600; }
select {
  display: block; width: 100%; min-height: 3rem; padding: 0.6875rem 1rem; border-radius: ${SHAPE.control};
  border: 1px solid var(--edge); background: var(--card); color: var(--text); font: inherit;
}
button.plain, a.plain { background: transparent; border-color: var(--edge); color: var(--text); }
form + p { margin-top: 0.875rem; }
p strong { color: var(--text); }
a { color: var(--ink); text-underline-offset: 0.15em; }
:focus-visible { outline: ${SHAPE.focus} solid var(--ink); outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  header img { background: #ffffff; color: #1f2430; border-radius: 0.5rem; padding: 0.375rem 0.625rem; }
}
@media (prefers-reduced-motion: reduce) { button:active, .button:active { transform: none; } }
@media (forced-colors: active) { .mark, button, .button, select { border-color: currentcolor; } }
`;
}
