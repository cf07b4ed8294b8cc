import { REFUSALS, type RefusalCode } from '../../domain/refusal.ts';

/** The statuses of Papershift and JSON:API that differ from the native API's. */
const OTHER: Readonly<Partial<Record<RefusalCode, readonly number[]>>> = {
  // 400 for documents and parameters, 422 for values.
  validation_failed: [400, 422],
  team_name_taken: [422],
  team_cycle: [422],
  team_too_deep: [422],
  // JSON:API's status for an unsupported change.
  default_team: [403],
};

/** Returns the possible statuses of a refusal in this dialect. */
export function statusesOf(code: RefusalCode): readonly number[] {
  return OTHER[code] ?? [REFUSALS[code]];
}
