/**
 * Characters that are not seen: directions that reorder what stands around them, and what has no width. Not the two
 * joiners, by which some scripts and emoji are written.
 */
const UNSEEN = /(?![\u200c\u200d])\p{Cf}/gu;

/**
 * Whether there is something to see in a text. Letters and symbols that nobody sees are fillers (U+3164) and others that
 * Unicode says to ignore by default, the empty pattern of Braille, and music's head without a note.
 */
export function isVisible(text: string): boolean {
  return /(?![\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}])[\p{L}\p{N}\p{P}\p{S}]/u.test(text);
}

/**
 * The form in which names are compared: whatever the letter case, the width, how accents are written, and what stands
 * between that nobody sees.
 */
export function foldName(name: string): string {
  const seen = name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\ufffc\u{1d159}]/gu, '');
  // Full case folding: the capital of `ß` is `SS`, and that of U+1E9E is itself. It takes Turkish's `ı` for an `i` too.
  const folded = seen.toLowerCase().toUpperCase().toLowerCase();
  return folded
    .normalize('NFKC')
    .replace(/[\s\u2800]+/gu, ' ')
    .trim();
}

/**
 * What a user wrote, on one line: fit for a heading and for a mail header. Control characters and line breaks become
 * a space; more than `longest` characters are cut, with an ellipsis.
 */
export function oneLine(text: string, longest: number): string {
  const line = text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return cut(line, longest);
}

/** What a user wrote, as lines: no control characters, never two empty lines in a row, cut like `oneLine`. */
export function lines(text: string, longest: number): string[] {
  const clean = text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]+/gu, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return clean ? cut(clean, longest).split('\n') : [];
}

/** Counts code points, not what looks like one character: a single letter can carry thousands of accents. */
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
