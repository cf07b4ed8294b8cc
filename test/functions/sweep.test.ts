import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

const service = useService();

test('a row that fails is put off, holds up no other, and is done later', async () => {
  const { owner } = await service.organization();
  const removed: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    const member = await service.member(owner, 'USER');
    expect((await member.call('POST /v1/access-tokens', { body: { name: 'Program' } })).status).toBe(201);
    expect((await owner.call(`DELETE /v1/members/${member.memberId}`)).status).toBe(204);
    removed.push(member.memberId);
  }
  const jobs = async () => (await service.items()).filter(({ type }) => type === 'Job').map(({ pk }) => pk);
  const [failing] = removed;
  await service.faults([{ action: 'dynamodb:DeleteItem', key: `JOB#${failing}`, fault: 'refuse', times: -1 }]);
  expect(await service.sweep()).toMatchObject({ cleared: 1, failed: 1 });
  expect(await jobs()).toEqual([`JOB#${failing}`]);
  expect(await service.sweep()).toMatchObject({ cleared: 0, failed: 0 });

  await service.faults([]);
  await service.clock('20m');
  expect(await service.sweep()).toMatchObject({ cleared: 1, failed: 0 });
  expect(await jobs()).toEqual([]);
});
