import { newTokenSecret } from '../domain/access-token.ts';
import { newId } from '../domain/ids.ts';
import { hashSecret } from '../domain/link.ts';
import { formatOperatorKey, type OperatorKey, type OperatorPermission } from '../domain/operator-key.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact } from '../table/write.ts';

const OPERATOR_KEY = itemReader<OperatorKey>('OperatorKey', {
  ...{ id: 'string', name: 'string', permissions: 'object', hash: 'string', revision: 'number' },
  ...{ createdAt: 'string', updatedAt: 'string' },
});

/** Table access of a request with an operator's key, besides that of the endpoint. */
export const BY_OPERATOR_KEY: TableAccess = { BatchGetItem: ['OPERATOR'] };

export async function getOperatorKey(id: string): Promise<OperatorKey | undefined> {
  return OPERATOR_KEY.one(await get(keys.operatorKey(id)));
}

/** Lists the operator's keys, oldest first. */
export async function listOperatorKeys(): Promise<OperatorKey[]> {
  return OPERATOR_KEY.all(await query({ pk: keys.operatorKey('').pk, prefix: prefixes.operatorKey }));
}

/** Table access of the functions that change operator's keys. */
export const MANAGE_OPERATOR_KEYS: TableAccess = {
  BatchGetItem: ['OPERATOR'],
  Query: ['OPERATOR'],
  PutItem: ['OPERATOR'],
  UpdateItem: ['OPERATOR'],
  DeleteItem: ['OPERATOR'],
};

/** An operator's key with its text, which is not stored. */
export interface WithText {
  readonly key: OperatorKey;
  readonly token: string;
}

export async function createOperatorKey(
  now: Date,
  input: {
    readonly name: string;
    readonly permissions: readonly OperatorPermission[];
    readonly expiresAt?: string;
  },
): Promise<WithText> {
  const at = now.toISOString();
  const secret = newTokenSecret();
  const key: OperatorKey = {
    ...{ id: newId('operatorKey', now), ...input, hash: hashSecret(secret), revision: 1 },
    ...{ createdAt: at, updatedAt: at },
  };
  const item = { type: 'OperatorKey', ...key };
  await transact([{ type: 'put', key: keys.operatorKey(key.id), item, when: [{ absent: 'pk' }] }]);
  return { key, token: formatOperatorKey({ keyId: key.id, secret }) };
}

/**
 * Replaces the secret of a key. An earlier secret that still worked besides the present one stops at once.
 *
 * @param until when the present secret stops working; undefined: at once
 */
export async function rotateOperatorKey(now: Date, key: OperatorKey, until: string | undefined): Promise<WithText> {
  const at = now.toISOString();
  const secret = newTokenSecret();
  const previous = until === undefined ? undefined : { hash: key.hash, until };
  const set = { hash: hashSecret(secret), previous, rotatedAt: at, updatedAt: at, revision: key.revision + 1 };
  await transact([
    {
      type: 'update',
      key: keys.operatorKey(key.id),
      set,
      remove: previous === undefined ? ['previous'] : [],
      when: [{ attribute: 'revision', is: key.revision }],
    },
  ]);
  const { previous: _, ...others } = key;
  return {
    key: { ...others, ...set, ...(previous && { previous }) } as OperatorKey,
    token: formatOperatorKey({ keyId: key.id, secret }),
  };
}

/** Revokes a key. Its next request is refused, and so is what it is just writing. */
export async function revokeOperatorKey({ id }: OperatorKey): Promise<void> {
  await transact([{ type: 'delete', key: keys.operatorKey(id), when: [{ exists: 'pk' }] }]);
}
