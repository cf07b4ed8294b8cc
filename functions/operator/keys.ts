import { forOperator } from '../../lib/http/operator.ts';
import { manageOperatorKeys } from '../../lib/organizations/operator-actions.ts';
import { MANAGE_OPERATOR_KEYS } from '../../lib/organizations/operator-keys.ts';

/**
 * Manages operator's keys as `npm run operator-key` does, for an operator with the IAM permission to invoke it. The
 * event is `{"action": "create", "name": "CRM", "permissions": ["invitation:create"], "expiresInDays": 365}`,
 * `{"action": "list"}`, `{"action": "rotate", "id": "opk_...", "overlapHours": 1}` or
 * `{"action": "revoke", "id": "opk_..."}`.
 *
 * Only the answers to `create` and `rotate` contain the `token`. A wrong event is answered with its mistakes.
 */
export const operator = forOperator({
  table: MANAGE_OPERATOR_KEYS,
  timeout: 30,
  handle: (event) => manageOperatorKeys(event, new Date()),
});
export const { handler } = operator;
