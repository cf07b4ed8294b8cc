/** The IAM actions on the table. IAM authorizes a transaction by the actions of its parts. */
export type TableAction = 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

/** The first segment of a partition key (`ORG` of `ORG#01j...`). The leading keys of IAM roles are made from it. */
export type KeyPrefix =
  | 'ORG'
  | 'USER'
  | 'OPERATOR'
  | 'EMAIL'
  | 'IDENTITY'
  | 'AUDIT'
  | 'JOB'
  | 'TEAM'
  | 'TEAMNO'
  | 'SITE'
  | 'SITENO'
  | 'CHARGER'
  | 'CHARGERIDENTITY'
  | 'CHARGERNO'
  | 'LIMIT'
  | 'IDEMPOTENCY'
  | 'MAIL'
  | 'SES'
  | 'WEBHOOK'
  | 'WEBHOOKSECRET'
  | 'IMPORT'
  | 'SIGNING'
  | 'JWKS'
  | 'HEALTH';

/** A function's access to the table: IAM actions, and the partition keys they touch. */
export type TableAccess = { readonly [A in TableAction]?: readonly KeyPrefix[] };

/** Returns the union of several accesses. */
export function union(...accesses: readonly TableAccess[]): TableAccess {
  const all: { [A in TableAction]?: KeyPrefix[] } = {};
  for (const access of accesses) {
    for (const [action, prefixes] of Object.entries(access) as [TableAction, KeyPrefix[]][]) {
      all[action] = [...new Set([...(all[action] ?? []), ...prefixes])].sort();
    }
  }
  return all;
}
