import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

// The SDK repeats a call that broke only for as long as its budget lasts. Each that is refused after having been
// repeated takes from it, so that a function that lives long may have none left.

const service = useService();

test('a broken connection is no defect, however many there were before', async () => {
  const { owner } = await service.organization();
  const [{ id: memberId }] = (await owner.call('GET /v1/members')).body.data;
  const { id } = (await owner.call('POST /v1/teams', { body: { name: 'Team' } })).body;
  for (let count = 0; count < 60; count += 1) {
    await service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'drop-answer' }]);
    const answer = await owner.call(`DELETE /v1/teams/${id}/members/${memberId}`);
    expect(answer.body.error, `the ${count}th`).toBe('last_team_owner');
  }
  await service.faults([]);
  const other = await service.member(owner, 'USER');
  expect((await owner.call(`PUT /v1/teams/${id}/members/${other.memberId}`, { body: { role: 'OWNER' } })).status).toBe(
    200,
  );
  await service.faults([
    { function: 'teams/remove-member', action: 'dynamodb:TransactWriteItems', fault: 'drop-answer', times: 2 },
  ]);
  expect((await owner.call(`DELETE /v1/teams/${id}/members/${memberId}`)).status).toBe(204);
  const entries = (await owner.call('GET /v1/audit-logs?action=team-member.remove')).body.data;
  expect(entries, 'it happened once').toHaveLength(1);
});

test.each(['error', 'drop-answer'] as const)('reads that break (%s) are made again', async (fault) => {
  const { owner } = await service.organization();
  await service.faults([{ action: 'dynamodb:BatchGetItem', fault, times: 5 }]);
  expect((await owner.call('GET /v1/members')).status).toBe(200);
});
