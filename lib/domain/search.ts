import { isAddress, normalizeAddress } from './address.ts';
import { foldName } from './user-text.ts';

/** Returns the address that a search consists of, normalized. It is found by its key, without reading a list. */
export function addressIn(search: string): string | undefined {
  const address = normalizeAddress(search);
  return isAddress(address) ? address : undefined;
}

/** Returns the words of a search, folded. Letter case, width and accents don't count: `muller` finds `Müller`. */
export function wordsOf(search: string): string[] {
  return folded(search).split(' ').filter(Boolean);
}

/** Whether each word is somewhere in the texts. No words are in all texts. */
export function hasWords(words: readonly string[], texts: readonly string[]): boolean {
  if (words.length === 0) return true;
  const all = folded(texts.join(' '));
  return words.every((word) => all.includes(word));
}

function folded(text: string): string {
  return foldName(text.normalize('NFKD').replace(/\p{M}/gu, ''));
}
