import { type IdKind, shortIdFromUuid } from './ids.ts';

/** What stands in a path for a thing: its id, by the UUID, or its integer. */
export type PathKey = { readonly id: string } | { readonly number: number };

/** Reads an integer of a path; undefined for what is none, which can't be found. */
export function readNumber(text = ''): number | undefined {
  return /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : undefined;
}

/** Reads a key; undefined for what is neither, which can't be found. */
export function readKey(kind: IdKind, text = ''): PathKey | undefined {
  const number = readNumber(text);
  if (number !== undefined) return { number };
  const id = shortIdFromUuid(kind, text);
  return id === undefined ? undefined : { id };
}
