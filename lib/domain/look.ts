import { SURFACE } from './color.ts';

/**
 * What hosted pages, the console and the screens for applications look like, beside the product's color. Hosted pages and
 * the console's document write it into their styles; the screens have it as their defaults.
 */
export const COLORS = {
  light: {
    ...{ page: SURFACE.light, card: '#ffffff', line: '#e3e6eb', edge: '#868e9c' },
    ...{ text: '#1f2430', muted: '#566070', danger: '#b3261e', good: '#0a6b44', warn: '#8a4b00' },
    shadow: '0 1px 2px rgb(16 24 40 / 6%), 0 12px 32px -12px rgb(16 24 40 / 18%)',
  },
  dark: {
    ...{ page: '#14161b', card: SURFACE.dark, line: '#343944', edge: '#737c8c' },
    ...{ text: '#e8eaee', muted: '#a8afbc', danger: '#ff9a90', good: '#5fd3a0', warn: '#f2b65c' },
    shadow: '0 12px 32px -12px rgb(0 0 0 / 60%)',
  },
} as const;

/** CSS lengths: the radius of buttons and fields, that of cards, the outline of what has the focus, a page of one card. */
export const SHAPE = { control: '0.625rem', card: '0.875rem', focus: '2px', page: '31rem' } as const;

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
