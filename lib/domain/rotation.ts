import { knowsSecret } from './link.ts';

/** The longest time that a replaced secret keeps working, in hours. */
export const MAX_OVERLAP_HOURS = 24;

/** A credential with a secret that can be replaced while the earlier one still works. */
export interface Rotatable {
  /** The hash of its secret. The secret itself is only in the answer that made it. */
  readonly hash: string;
  /** The secret before the last rotation, and when it stops working. */
  readonly previous?: { readonly hash: string; readonly until: string };
  /** When its secrets stop working; undefined: never. */
  readonly expiresAt?: string;
}

/** Whether a secret opens a credential now: it is its present one, or its earlier one until that ends. */
export function opens({ hash, previous, expiresAt }: Rotatable, secret: Buffer, now: Date): boolean {
  const at = now.toISOString();
  if (expiresAt !== undefined && expiresAt <= at) return false;
  const live = previous && previous.until > at ? [hash, previous.hash] : [hash];
  return knowsSecret(live, secret);
}
