import { readFileSync } from 'node:fs';

/** The comment above a declaration. */
export interface Comment {
  /** The first sentence. */
  readonly summary: string;
  /** The other sentences: paragraphs separated by empty lines; an empty string if there are none. */
  readonly description: string;
}

/**
 * Reads the comment above the declaration of a function.
 *
 * @param name as in `functions/index.ts`
 * @throws Error when there is no comment, or it has no sentence
 */
export function commentOf(name: string): Comment {
  const file = `functions/${name}.ts`;
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const comment =
    /\/\*\*((?:(?!\*\/).)*)\*\/\s*export const (?:endpoint|schedule|operator|mailEvents|stream|preToken)\b/s.exec(
      source,
    )?.[1];
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
