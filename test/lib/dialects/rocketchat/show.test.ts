import { expect, test } from 'vitest';
import { admit, REQUESTS } from '../../../../lib/dialects/rocketchat/admission.ts';
import { roomIdOf, teamIdOfRoom, teamReferenceOf } from '../../../../lib/dialects/rocketchat/show.ts';
import { newId } from '../../../../lib/domain/ids.ts';
import { type Member, membersNamed } from '../../../../lib/domain/member.ts';
import { teamIdAsHex } from '../../../../lib/domain/team.ts';

test('the ids of a team and its main room differ, and each is derived from the other', () => {
  for (let index = 0; index < 100; index += 1) {
    const id = newId('team', new Date());
    const room = roomIdOf(id);
    expect(room).toMatch(/^[0-9a-f]{24}$/);
    expect(room).not.toBe(teamIdAsHex(id));
    expect(teamIdOfRoom(room)).toBe(id);
    expect(teamReferenceOf({ teamId: teamIdAsHex(id) })).toEqual({ id });
  }
  for (const text of ['', 'GENERAL', '0'.repeat(23), 'G'.repeat(24)]) expect(teamIdOfRoom(text)).toBeUndefined();
});

test('a username that several members have matches none', () => {
  const member = (userId: string, email: string, username?: string) =>
    ({ userId, memberId: userId, profile: { firstName: '', lastName: '', email, username } }) as unknown as Member;
  const members = [
    member('usr_1', 'jane@one.example'),
    member('usr_2', 'jane@two.example'),
    member('usr_3', 'max@one.example', 'maxi'),
    member('usr_4', 'moritz@one.example'),
  ];
  const found = membersNamed(['jane', 'usr_2', 'max', 'maxi', 'moritz', 'moritz', 'nobody', 'usr_4'], members);
  expect(found.map(({ userId }) => userId)).toEqual(['usr_2', 'usr_3', 'usr_4']);
});

test('requests are counted by caller and endpoint in windows of a minute', () => {
  const now = new Date('2026-01-01T00:00:00.000Z');
  for (let left = REQUESTS - 1; left >= 0; left -= 1) {
    expect(admit('GET /a', 'usr_1', now)).toEqual({
      'x-ratelimit-limit': String(REQUESTS),
      'x-ratelimit-remaining': String(left),
      'x-ratelimit-reset': String(now.getTime() + 60_000),
    });
  }
  const later = new Date(now.getTime() + 30_500);
  expect(() => admit('GET /a', 'usr_1', later)).toThrow(
    expect.objectContaining({
      code: 'request_rate_exceeded',
      headers: expect.objectContaining({ 'retry-after': '30', 'x-ratelimit-remaining': '0' }),
    }),
  );
  expect(admit('GET /b', 'usr_1', later)['x-ratelimit-remaining']).toBe(String(REQUESTS - 1));
  expect(admit('GET /a', 'usr_2', later)['x-ratelimit-remaining']).toBe(String(REQUESTS - 1));
  expect(admit('GET /a', 'usr_1', new Date(now.getTime() + 60_000))['x-ratelimit-remaining']).toBe(
    String(REQUESTS - 1),
  );
});
