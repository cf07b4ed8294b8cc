/**
 * The background of text in mails and pages. Of each mode's page and card it is the one with the lower contrast to
 * text, so that text that is readable on it is readable on both.
 */
export const SURFACE = { light: '#f4f5f7', dark: '#1e2128' } as const;

/** WCAG AA for text of any size. */
const READABLE = 4.5;
const DEFAULT_COLOR = '#3b5bdb';

/**
 * The product's color with its variants. Each pair of text and background has the contrast of WCAG AA. Six-digit hex.
 */
export interface Palette {
  /** The color itself, for areas. */
  readonly fill: string;
  /** Text on that area. */
  readonly onFill: string;
  /** The color for text and lines on a light surface: darkened as far as needed. */
  readonly inkOnLight: string;
  /** The color for text and lines on a dark surface: lightened as far as needed. */
  readonly inkOnDark: string;
}

/** Returns the palette of a `#rgb` or `#rrggbb` color, or of the default color for any other text. */
export function paletteOf(color: string | undefined): Palette {
  const [, short, long] = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(color ?? '') ?? [];
  const digits = short ? [...short].map((digit) => digit + digit).join('') : long;
  const fill = digits ? `#${digits.toLowerCase()}` : DEFAULT_COLOR;
  return {
    fill,
    onFill: contrast(fill, '#ffffff') >= READABLE ? '#ffffff' : '#000000',
    inkOnLight: towards('#000000', fill, SURFACE.light),
    inkOnDark: towards('#ffffff', fill, SURFACE.dark),
  };
}

/** Returns the contrast ratio of two `#rrggbb` colors as WCAG 2 defines it, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Mixes `color` with `end` in steps of a twentieth. Returns the first mixture that is readable on `surface`. */
function towards(end: string, color: string, surface: string): string {
  const goal = channels(end);
  for (let step = 0; step < 20; step++) {
    const mixed = channels(color).map((channel, index) => channel + (((goal[index] ?? 0) - channel) * step) / 20);
    const candidate = `#${mixed.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
    if (contrast(candidate, surface) >= READABLE) return candidate;
  }
  return end;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}
