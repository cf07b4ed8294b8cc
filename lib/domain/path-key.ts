import { type IdKind, shortIdFromUuid } from './ids.ts';

/** The key of a resource in a path: its id, given as a UUID, or its numeric id. */
export type PathKey = { readonly id: string } | { readonly number: number };

/** Parses a numeric id of a path; undefined for any other text. */
export function readNumber(text = ''): number | undefined {
  return /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : undefined;
}

/** Parses a key; undefined for any other text. */
export function readKey(kind: IdKind, text = ''): PathKey | undefined {
  const number = readNumber(text);
  if (number !== undefined) return { number };
  const id = shortIdFromUuid(kind, text);
  return id === undefined ? undefined : { id };
}
