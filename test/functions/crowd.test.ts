import { expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink } from '../../lib/invitations/links.ts';
import { adminAccessKeyId, startAwsProxy } from '../../packages/local/aws.ts';
import { expectConsistent } from '../support/consistency.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';

const service = useService();
const PEOPLE = 200;

/** Invites 200 people to a new organization. */
async function inviteCrowd(): Promise<{ id: string; owner: Client; people: { email: string; token: string }[] }> {
  const { id, owner } = await service.organization();
  const emails = Array.from({ length: PEOPLE }, () => newAddress('crowd'));
  for (let from = 0; from < PEOPLE; from += 100) {
    const invitations = emails.slice(from, from + 100).map((email) => ({ email, role: 'USER' }));
    expect((await owner.call('POST /v1/invitations/bulk', { body: { invitations } })).status).toBe(200);
  }
  while (((await service.sweep()).sent ?? 0) > 0);
  return {
    id,
    owner,
    people: await Promise.all(emails.map(async (email) => ({ email, token: await service.linkToken(email) }))),
  };
}

/** Expects that each person is a member once, and that the total is right. */
async function expectAllIn({ id, owner, people }: Awaited<ReturnType<typeof inviteCrowd>>): Promise<void> {
  expect((await owner.call('GET /v1/members')).body.meta.total).toBe(PEOPLE + 1);
  const items = await service.items();
  await expectConsistent(items);
  const here = (type: string) => items.filter((item) => item.type === type && item.organizationId === id);
  const addresses = here('Member').map(({ profile }) => (profile as { email: string }).email);
  expect(addresses.sort()).toEqual([owner.email, ...people.map(({ email }) => email)].sort());
  expect(here('Invitation').map(({ status }) => status)).toEqual(Array(PEOPLE).fill('ACCEPTED'));
}

test('200 people who accept into one organization at once all become members', { timeout: 120_000 }, async () => {
  const all = await inviteCrowd();
  // A third each: by the page, by the API, and by the API with a first sign-in.
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const ways: readonly ((token: string, person: Client) => Promise<Answer>)[] = [
    (token) => service.call('POST /invitations/accept', { body: `token=${token}`, headers: form }),
    (token) => service.call('POST /v1/invitations/accept', { body: { token } }),
    (token, person) => person.call('POST /v1/invitations/accept', { body: { token } }),
  ];
  const signedIn = await Promise.all(all.people.map(({ email }) => service.person(email)));
  const answers = await Promise.all(
    all.people.map(({ token }, index) => ways[index % ways.length]?.(token, signedIn[index] as Client)),
  );
  expect(answers.map((answer) => answer?.status)).toEqual(Array(PEOPLE).fill(200));
  await expectAllIn(all);
});

// DynamoDB Local runs transactions one by one and slowly, so this test would measure its queue.
const isSlow = process.env.MUSTER_ENGINE === 'dynamodb-local';

test.skipIf(isSlow)(
  '200 people who accept in a function instance each, as in AWS, all become members',
  { timeout: 120_000 },
  async () => {
    const all = await inviteCrowd();
    // The local stack has four workers per function. Here 200 transactions run in parallel, with the latency of AWS.
    const proxy = await startAwsProxy({
      dynamodb: service.stack.dynamodb,
      ses: 'http://127.0.0.1:9',
      principals: new Map(),
      region: 'eu-central-1',
      account: '000000000000',
      latencyMs: 10,
      onMail: () => {},
      onKill: () => {},
    });
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', adminAccessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', proxy.endpoint);
    vi.stubEnv('TABLE_NAME', service.stack.table);
    try {
      const request = { now: new Date(), origin: { requestId: 'crowd', sourceAddress: null } };
      const accepted = await Promise.allSettled(
        all.people.map(async ({ token }) =>
          acceptInvitation(request, { link: await findLink(parseToken(token)), limits: DEFAULT_LIMITS }),
        ),
      );
      expect(accepted.filter(({ status }) => status === 'rejected')).toEqual([]);
      const conflicts = proxy
        .calls()
        .flatMap(({ call, error }) => (error === 'TransactionCanceledException' ? call : []));
      expect(new Set(conflicts).size, 'the transactions conflict').toBeGreaterThan(PEOPLE / 4);
    } finally {
      vi.unstubAllEnvs();
      await proxy.close();
    }
    await expectAllIn(all);
  },
);
