import { readFileSync } from 'node:fs';

/** What the comment above a declaration says. */
export interface Comment {
  /** Its first sentence. */
  readonly summary: string;
  /** The rest: paragraphs with an empty line between; an empty string where there is none. */
  readonly description: string;
}

/**
 * Reads the comment above the declaration of a function.
 *
 * @param name as in `functions/index.ts`
 */
export function commentOf(name: string): Comment {
  const file = `functions/${name}.ts`;
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const comment = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export const (?:endpoint|schedule|mailEvents)\b/s.exec(source)?.[1];
  if (comment === undefined) throw new Error(`Write a JSDoc comment above the declaration in ${file}.`);
  const text = comment
    .replace(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .join('\n\n');
  const [, summary, description = ''] = /^(.+?[.!?])(?:\s+(.*))?$/s.exec(text) ?? [];
  if (summary === undefined) throw new Error(`Begin the comment above the declaration in ${file} with a sentence.`);
  return { summary, description };
}
