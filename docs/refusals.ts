import type { Dialect } from '../lib/dialects/dialect.ts';
import type { Format, Reply } from '../lib/dialects/format.ts';
import { papershift as papershiftFormat } from '../lib/dialects/papershift/format.ts';
import { MEDIA_TYPE } from '../lib/dialects/papershift/media-type.ts';
import { PapershiftProblem } from '../lib/dialects/papershift/schemas.ts';
import { statusesOf as statusesInPapershift } from '../lib/dialects/papershift/statuses.ts';
import { rocketchat as rocketchatFormat } from '../lib/dialects/rocketchat/format.ts';
import { RocketChatProblem } from '../lib/dialects/rocketchat/schemas.ts';
import { v1 as v1Format } from '../lib/dialects/v1/format.ts';
import { Problem } from '../lib/dialects/v1/schemas.ts';
import { statusOf as statusInVoltTime, volttime as volttimeFormat } from '../lib/dialects/volttime/format.ts';
import { Problem as VoltTimeProblem } from '../lib/dialects/volttime/schemas.ts';
import { type Details, REFUSALS, type RefusalCode } from '../lib/domain/refusal.ts';
import { MESSAGES } from '../lib/http/messages.ts';
import type { Schema } from './schemas.ts';

/** The form of a dialect's errors. */
interface ErrorForm {
  readonly mediaType: string;
  /** The schema of errors, and the function that formats them; absent for pages. */
  readonly problem?: Schema;
  readonly format?: Format;
  /** Whether the dialect has its own texts and statuses of refusals. */
  readonly isOwn?: true;
  /** The details in the example of a `validation_failed`. */
  readonly details?: Details;
}

const DIALECTS: Partial<Record<Dialect, ErrorForm>> = {
  v1: {
    mediaType: 'application/json',
    problem: Problem,
    format: v1Format,
    details: { name: ['is required'] },
  },
  papershift: { mediaType: MEDIA_TYPE, problem: PapershiftProblem, format: papershiftFormat },
  volttime: {
    mediaType: 'application/json',
    problem: VoltTimeProblem,
    format: volttimeFormat,
    details: { name: ['The name field is required.'] },
  },
  page: { mediaType: 'text/html' },
  rocketchat: {
    mediaType: 'application/json',
    problem: RocketChatProblem,
    format: rocketchatFormat,
    isOwn: true,
  },
};

/** Returns the possible statuses of a refusal in a dialect. */
export function statusesOf(dialect: Dialect, code: RefusalCode): readonly number[] {
  if (dialect === 'papershift') return statusesInPapershift(code);
  if (dialect === 'volttime') return [statusInVoltTime(code)];
  // Only one endpoint answers 404 for a missing team.
  if (dialect === 'rocketchat' && code === 'team_not_found') return [400, 404];
  return [ownReply(dialect, code)?.status ?? REFUSALS[code]];
}

/** Returns the example of a refusal if the dialect has its own texts and statuses. */
export function ownReply(dialect: Dialect, code: RefusalCode): Reply | undefined {
  return errorFormOf(dialect).isOwn && exampleReply(dialect, code);
}

/** Returns the dialect's answer to an example request that is refused. */
export function exampleReply(dialect: Dialect, code: RefusalCode): Reply | undefined {
  const { format, details } = errorFormOf(dialect);
  return format?.problem({
    ...{ code, status: REFUSALS[code], message: MESSAGES[code], requestId: '1f6f2b6e-6f0d-4c3e-9d0a-0d9a5d1f7c11' },
    ...{ method: 'GET', path: '/api/v3/teams/7/sites/7/chargers/7', headers: { allow: 'POST' } },
    ...{ acceptLanguage: undefined, details: code === 'validation_failed' ? details : undefined },
  });
}

/** Returns the code of a refusal as the dialect shows it. */
export function publicCodeOf(dialect: Dialect, code: RefusalCode): string {
  const { error, errorType } = (ownReply(dialect, code)?.body ?? {}) as { error?: string; errorType?: string };
  return errorType || error || code;
}

/** Returns the form of a dialect's errors. @throws Error for an unknown dialect */
export function errorFormOf(dialect: Dialect): ErrorForm {
  const known = DIALECTS[dialect];
  if (!known) throw new Error(`Add the form of errors of the dialect ${dialect} to DIALECTS in docs/refusals.ts.`);
  return known;
}
