import { REFUSALS, type RefusalCode } from '../../domain/refusal.ts';

/** Where Papershift and JSON:API have other statuses than the native API. */
const OTHER: Readonly<Partial<Record<RefusalCode, readonly number[]>>> = {
  // Of documents and parameters, of values.
  validation_failed: [400, 422],
  team_name_taken: [422],
  team_cycle: [422],
  team_too_deep: [422],
  // JSON:API's for a change that isn't supported.
  default_team: [403],
};

/** The statuses that a refusal may have in this dialect. */
export function statusesOf(code: RefusalCode): readonly number[] {
  return OTHER[code] ?? [REFUSALS[code]];
}
