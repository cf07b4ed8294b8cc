import { expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { acceptInvitation } from '../../lib/invitations/acceptance.ts';
import { findLink } from '../../lib/invitations/links.ts';
import { adminAccessKeyId, startAwsProxy } from '../../packages/local/aws.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { expectConsistent } from '../support/walk.ts';

const service = useService();
const PEOPLE = 200;

/** Invites so many people to a new organization. */
async function crowd(): Promise<{ id: string; owner: Client; people: { email: string; token: string }[] }> {
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

/** All of them are in, each once, and the totals say so. */
async function expectAllIn({ id, owner, people }: Awaited<ReturnType<typeof crowd>>): Promise<void> {
  expect((await owner.call('GET /v1/members')).body.meta.total).toBe(PEOPLE + 1);
  const items = await service.items();
  expectConsistent(items);
  const here = (type: string) => items.filter((item) => item.type === type && item.organizationId === id);
  const addresses = here('Member').map(({ profile }) => (profile as { email: string }).email);
  expect(addresses.sort()).toEqual([owner.email, ...people.map(({ email }) => email)].sort());
  expect(here('Invitation').map(({ status }) => status)).toEqual(Array(PEOPLE).fill('ACCEPTED'));
}

test('200 people accept into one organization at once, and all get in', { timeout: 120_000 }, async () => {
  const all = await crowd();
  // A third each: from the page, by the API, and signed in for the first time.
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

// DynamoDB Local does one transaction after the other, slowly: there this would measure its queue.
const isSlow = process.env.MUSTER_ENGINE === 'dynamodb-local';

test.skipIf(isSlow)('so they do when each has a function of their own, as in AWS', { timeout: 120_000 }, async () => {
  const all = await crowd();
  // The local stack has four workers a function. Here 200 transactions are in flight at once, for as long as on AWS.
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
    expect(new Set(conflicts).size, 'They were in the way of each other').toBeGreaterThan(PEOPLE / 4);
  } finally {
    vi.unstubAllEnvs();
    await proxy.close();
  }
  await expectAllIn(all);
});
