import { periodEnd } from '../domain/invitation.ts';
import { readOperatorAction } from '../domain/operator-action.ts';
import type { OperatorKey } from '../domain/operator-key.ts';
import { retryWhileStale } from '../table/write.ts';
import {
  createOperatorKey,
  getOperatorKey,
  listOperatorKeys,
  revokeOperatorKey,
  rotateOperatorKey,
} from './operator-keys.ts';

/** An operator's key as it is shown: without its secrets, which aren't stored. */
export interface ShownOperatorKey {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly rotatedAt: string | null;
  /** When the replaced key stops working; null if none works. */
  readonly previousUntil: string | null;
}

/** The answer to an action. `token` is in the answers to `create` and `rotate` only. */
export type OperatorKeysAnswer =
  | { readonly key: ShownOperatorKey; readonly token?: string }
  | { readonly keys: readonly ShownOperatorKey[] }
  | { readonly revoked: string }
  /** Nothing was changed. The sentences say what is wrong. */
  | { readonly errors: readonly string[] };

/** Does what an operator asks for, by the function `operator/keys` or by `npm run operator-key`. */
export async function manageOperatorKeys(event: unknown, now: Date): Promise<OperatorKeysAnswer> {
  const data = readOperatorAction(event);
  if ('length' in data) return { errors: data };
  if (data.action === 'list') return { keys: (await listOperatorKeys()).map((key) => showOperatorKey(key, now)) };
  if (data.action === 'create') {
    const { name, permissions, expiresInDays } = data;
    const expiry = expiresInDays === undefined ? {} : { expiresAt: periodEnd(now, expiresInDays) };
    const { key, token } = await createOperatorKey(now, { name, permissions: [...new Set(permissions)], ...expiry });
    return { key: showOperatorKey(key, now), token };
  }
  return retryWhileStale(async () => {
    const present = await getOperatorKey(data.id);
    if (!present) return { errors: [`There is no operator key ${data.id}.`] };
    if (data.action === 'revoke') {
      await revokeOperatorKey(present);
      return { revoked: present.id };
    }
    const { overlapHours = 0 } = data;
    const until = overlapHours > 0 ? new Date(now.getTime() + overlapHours * 60 * 60_000).toISOString() : undefined;
    const { key, token } = await rotateOperatorKey(now, present, until);
    return { key: showOperatorKey(key, now), token };
  });
}

function showOperatorKey(key: OperatorKey, now: Date): ShownOperatorKey {
  const { id, name, permissions, expiresAt, createdAt, rotatedAt, previous } = key;
  return {
    ...{ id, name, permissions, expiresAt: expiresAt ?? null, createdAt, rotatedAt: rotatedAt ?? null },
    previousUntil: previous && previous.until > now.toISOString() ? previous.until : null,
  };
}
