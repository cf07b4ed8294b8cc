import * as z from 'zod/mini';
import { isId } from './ids.ts';
import { ExpiryDays, Name } from './input.ts';
import { OPERATOR_PERMISSIONS } from './operator-key.ts';
import { MAX_OVERLAP_HOURS } from './rotation.ts';

const Id = z.string().check(z.refine((text) => isId('operatorKey', text), 'must be the id of an operator key'));

/** What an operator asks for about operator's keys. */
const OperatorAction = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('create'),
    name: Name,
    permissions: z.array(z.enum(OPERATOR_PERMISSIONS)).check(z.minLength(1)),
    expiresInDays: z.optional(ExpiryDays),
  }),
  z.strictObject({ action: z.literal('list') }),
  z.strictObject({
    action: z.literal('rotate'),
    id: Id,
    overlapHours: z.optional(z.int().check(z.minimum(0), z.maximum(MAX_OVERLAP_HOURS))),
  }),
  z.strictObject({ action: z.literal('revoke'), id: Id }),
]);

export type OperatorAction = z.output<typeof OperatorAction>;

/** Reads an action. @returns sentences about its mistakes */
export function readOperatorAction(event: unknown): OperatorAction | readonly string[] {
  const { data, error } = z.safeParse(OperatorAction, event);
  return data ?? error?.issues.map(({ path, message }) => `${path.join('.') || 'The event'}: ${message}`) ?? [];
}
