import { describe, expect, it, test } from 'vitest';
import { contents } from '../../../../functions/index.ts';
import { papershift } from '../../../../lib/dialects/papershift/format.ts';
import { statusesOf } from '../../../../lib/dialects/papershift/statuses.ts';
import { GERMAN, TITLES } from '../../../../lib/dialects/papershift/words.ts';
import { idAsUuid, newId } from '../../../../lib/domain/ids.ts';
import type { RefusalCode } from '../../../../lib/domain/refusal.ts';
import { teamMembershipAsUuid } from '../../../../lib/domain/team.ts';
import { refusalsOf } from '../../../../lib/http/refusals.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Every code of the dialect's endpoints and of its unknown paths. */
const CODES = new Set<RefusalCode>([
  ...(['route_not_found', 'method_not_allowed'] as const),
  ...Object.values(contents).flatMap((module) =>
    'endpoint' in module && module.endpoint.dialect === 'papershift' ? refusalsOf(module.endpoint) : [],
  ),
]);

describe('every refusal of the dialect', () => {
  test.each([...CODES])('%s has a German text and titles', (code) => {
    expect(GERMAN[code]).toMatch(/^[A-ZÄÖÜ].*\.$/);
    for (const status of statusesOf(code)) expect(TITLES[status]).toMatch(/^[A-Z]/);
  });

  test('there are no German texts for other codes', () => {
    expect(Object.keys(GERMAN).filter((code) => !CODES.has(code as RefusalCode))).toEqual([]);
  });
});

test('a problem without a location has no source, and one about a header has it as source', () => {
  const problem = {
    status: 400,
    message: 'No.',
    requestId: 'r',
    method: 'GET',
    path: '/',
    headers: {},
    acceptLanguage: 'de',
  };
  const of = (code: RefusalCode, details?: Readonly<Record<string, readonly string[]>>) =>
    papershift.problem({ ...problem, code, details });
  expect(of('team_limit_reached')).toMatchObject({ body: { errors: [{ detail: GERMAN.team_limit_reached }] } });
  expect(of('validation_failed', { 'Idempotency-Key': ['must be short'] })).toEqual({
    status: 400,
    body: {
      errors: [
        {
          status: '400',
          code: 'validation_failed',
          title: 'Bad Request',
          detail: 'Idempotency-Key must be short',
          source: { header: 'Idempotency-Key' },
          meta: { attribute: 'base', code: 'validation_failed', message: 'must be short' },
        },
      ],
    },
  });
});

describe('ids as UUIDs', () => {
  it('have the time and 122 bits of the 16 bytes', () => {
    const id = newId('organization', new Date('2026-11-22T03:00:00Z'), Buffer.alloc(10, 0xff));
    expect(idAsUuid(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7fff-bfff-ffffffffffff$/);
    expect(Number.parseInt(idAsUuid(id).replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-11-22T03:00:00Z'));
    const other = newId('organization', new Date('2026-11-22T03:00:01Z'), Buffer.alloc(10, 0));
    expect(idAsUuid(other) > idAsUuid(id)).toBe(true);
    expect(idAsUuid(other)).toMatch(UUID);
  });

  it('identify a team membership by team and member', () => {
    const [teamId, memberId] = [newId('team', new Date()), newId('member', new Date())];
    expect(teamMembershipAsUuid({ teamId, memberId })).toMatch(UUID);
    expect(teamMembershipAsUuid({ teamId, memberId })).toBe(teamMembershipAsUuid({ teamId, memberId }));
    const again = { teamId, memberId: newId('member', new Date()) };
    expect(teamMembershipAsUuid(again)).not.toBe(teamMembershipAsUuid({ teamId, memberId }));
  });
});
