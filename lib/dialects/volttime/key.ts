import { type IdKind, shortIdFromUuid } from '../../domain/ids.ts';

/** What stands in a path for a thing: its id, by the UUID, or its integer. */
export type Key = { readonly id: string } | { readonly number: number };

/** Reads a key; undefined for what is neither, which can't be found. */
export function readKey(kind: IdKind, text = ''): Key | undefined {
  if (/^[1-9][0-9]{0,15}$/.test(text)) return { number: Number(text) };
  const id = shortIdFromUuid(kind, text);
  return id === undefined ? undefined : { id };
}
