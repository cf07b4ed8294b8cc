/** The parts by which IAM authorizes access to a table: a transaction is authorized by its parts, never as a whole. */
export type TableAction = 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

/** The first segment of a partition key (`ORG` of `ORG#01j...`): what a role's leading keys are made from. */
export type KeyPrefix =
  | 'ORG'
  | 'USER'
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
  | 'HEALTH';

/** What a function does to the table: IAM's own actions, and the partition keys they touch. */
export type TableAccess = { readonly [A in TableAction]?: readonly KeyPrefix[] };

/** All that several parts of a function do. */
export function union(...accesses: readonly TableAccess[]): TableAccess {
  const all: { [A in TableAction]?: KeyPrefix[] } = {};
  for (const access of accesses) {
    for (const [action, prefixes] of Object.entries(access) as [TableAction, KeyPrefix[]][]) {
      all[action] = [...new Set([...(all[action] ?? []), ...prefixes])].sort();
    }
  }
  return all;
}
