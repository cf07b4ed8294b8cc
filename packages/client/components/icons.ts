import { type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import { html } from './html.ts';

const icon = (content: SVGTemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true">${content}</svg>`;

/** The icons: decoration only, what they mean is said beside them. */
export const ICONS = {
  search: icon(svg`<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>`),
  more: icon(svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`),
  add: icon(svg`<path d="M12 5v14M5 12h14"/>`),
  file: icon(
    svg`<path d="M14 3H6.5A1.500 1.500 0 0 0 5 4.500v15A1.500 1.500 0 0 0 6.500 21h11a1.500 1.500 0 0 0 1.500-1.500V8l-5-5ZM14 3v5h5"/>`,
  ),
  mail: icon(svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.500 7 8.500 6 8.500-6"/>`),
  right: icon(svg`<path d="m9 5 7 7-7 7"/>`),
  close: icon(svg`<path d="m6 6 12 12M18 6 6 18"/>`),
  people: icon(
    svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-3.8 3-6 6.500-6s6 2.200 6.500 6M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.500c2 .8 3.200 2.700 3.500 5.500"/>`,
  ),
  lock: icon(svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`),
  offline: icon(
    svg`<path d="M3 3l18 18M8.500 16.500a5 5 0 0 1 7 0M5 13a10 10 0 0 1 5-2.700M19 13a10 10 0 0 0-3-2M2 9a15 15 0 0 1 5-3M22 9a15 15 0 0 0-10-4M12 20h.01"/>`,
  ),
  door: icon(
    svg`<path d="M14 4h4a1.500 1.500 0 0 1 1.500 1.500v13A1.500 1.500 0 0 1 18 20h-4M10 16l-4-4 4-4M6 12h9"/>`,
  ),
  warning: icon(svg`<path d="M12 4 2.500 20h19L12 4ZM12 10v4.500M12 17.500h.01"/>`),
} as const;

/** Those of the console's frame. Pure, so that the screens' bundle leaves them out. */
export const FRAME_ICONS = /* @__PURE__ */ (() => ({
  tree: icon(svg`<path d="M12 4v5M5 15v-3h14v3M12 9v3M9 4h6v-.500M3 15h4v4H3zM10 15h4v4h-4zM17 15h4v4h-4z"/>`),
  place: icon(
    svg`<path d="M12 21s-7-6.200-7-11.500a7 7 0 0 1 14 0C19 14.800 12 21 12 21M12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5"/>`,
  ),
  key: icon(
    svg`<path d="M14.500 9.500a4.500 4.500 0 1 0-4.200 4.490L12 12.300h2v-2h2l3-3V4.500h-2.800zM7.500 16.500l-3 3"/>`,
  ),
  hook: icon(
    svg`<path d="M9 17a4 4 0 1 1-5-3.870M12 7a3.500 3.500 0 1 1 4.900 3.200L13 17M15 14.500a4 4 0 1 1-1 6.200M9 17h8M12.500 8.500 8 17"/>`,
  ),
  page: icon(svg`<path d="M6 3h9l4 4v14H6zM14.500 3.500V8H19M9 12h7M9 16h7"/>`),
  building: icon(
    svg`<path d="M4 21V5l8-2v18M12 9l8 2v10M3 21h18M7.500 8h1M7.500 12h1M7.500 16h1M15.500 14h1M15.500 17.500h1"/>`,
  ),
  menu: icon(svg`<path d="M4 7h16M4 12h16M4 17h16"/>`),
  choose: icon(svg`<path d="M8 10l4-4 4 4M8 14l4 4 4-4"/>`),
  check: icon(svg`<path d="M5 12.500l4.500 4.500L19 7.500"/>`),
}))();
