/**
 * Invisible characters: directional controls that reorder the text around them, and characters without width. Not the
 * two joiners, which some scripts and emoji need.
 */
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/gu;

/**
 * Whether a text has a visible character. Some letters and symbols are invisible: characters that Unicode ignores by
 * default, such as fillers (U+3164), the blank Braille pattern, and the null notehead of music.
 */
export function isVisible(text: string): boolean {
  return /(?![\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}])[\p{L}\p{N}\p{P}\p{S}]/u.test(text);
}

/**
 * Returns the form in which names are compared. It ignores letter case, width, the encoding of accents, and invisible
 * characters.
 */
export function foldName(name: string): string {
  const seen = name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\ufffc\u{1d159}]/gu, '');
  // Full case folding: `ß` becomes `SS`, and U+1E9E becomes `ß` first. It equates the Turkish `ı` with `i` too.
  const folded = seen.toLowerCase().toUpperCase().toLowerCase();
  return folded
    .normalize('NFKC')
    .replace(/[\s\u2800]+/gu, ' ')
    .trim();
}

/**
 * Returns a user's text as it may be shown: without invisible characters, which could reorder what is around it, and with
 * spaces for control characters, except tabs and line breaks.
 */
export function seen(text: string): string {
  return visible(text).replace(/[^\P{Cc}\t\n\r]/gu, ' ');
}

function visible(text: string): string {
  return text.toWellFormed().replace(UNSEEN, '');
}

/**
 * Returns a user's text on one line, safe for headings and mail headers. Control characters and line breaks become a
 * space. A text of more than `longest` characters is cut, with an ellipsis.
 */
export function oneLine(text: string, longest: number): string {
  const line = visible(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return cut(line, longest);
}

/** Returns a user's text as lines: no control characters, never two empty lines in a row, cut like `oneLine`. */
export function lines(text: string, longest: number): string[] {
  const clean = visible(text)
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]+/gu, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return clean ? cut(clean, longest).split('\n') : [];
}

/** Counts code points, not graphemes: one letter can carry thousands of accents. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  return characters.length <= longest
    ? text
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}
