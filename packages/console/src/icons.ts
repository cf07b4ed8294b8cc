import { html, type TemplateResult } from 'lit';

const PATHS = {
  members:
    'M16 20v-1.500a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M9.500 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M21 20v-1.500a4 4 0 0 0-3-3.870M15.500 4.130a3.500 3.500 0 0 1 0 6.740',
  invitations: 'M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M3.500 6.500 12 13l8.500-6.500',
  teams: 'M12 4v5M5 15v-3h14v3M12 9v3M9 4h6v-.500M3 15h4v4H3zM10 15h4v4h-4zM17 15h4v4h-4z',
  sites:
    'M12 21s-7-6.200-7-11.500a7 7 0 0 1 14 0C19 14.800 12 21 12 21M12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5',
  'access-tokens': 'M14.500 9.500a4.500 4.500 0 1 0-4.200 4.490L12 12.300h2v-2h2l3-3V4.500h-2.800zM7.500 16.500l-3 3',
  webhooks:
    'M9 17a4 4 0 1 1-5-3.870M12 7a3.500 3.500 0 1 1 4.900 3.200L13 17M15 14.500a4 4 0 1 1-1 6.200M9 17h8M12.500 8.500 8 17',
  'audit-log': 'M6 3h9l4 4v14H6zM14.500 3.500V8H19M9 12h7M9 16h7',
  organization: 'M4 21V5l8-2v18M12 9l8 2v10M3 21h18M7.500 8h1M7.500 12h1M7.500 16h1M15.500 14h1M15.500 17.500h1',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  choose: 'M8 10l4-4 4 4M8 14l4 4 4-4',
  check: 'M5 12.500l4.500 4.500L19 7.500',
} as const;
export type IconName = keyof typeof PATHS;

/** Returns a decorative icon of 20 pixels in the color of the text. */
export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]}></path></svg>`;
}
