import { expect, test } from 'vitest';
import { auditContext } from '../../../cdk/operator/connect.ts';
import { rebind as rebindOnce } from '../../../lib/people/rebinding.ts';
import { Stale } from '../../../lib/table/write.ts';
import { operatorCommand } from '../../support/command.ts';
import { newAddress, useService } from '../../support/service.ts';
import { useTableOf } from '../../support/sharing.ts';

// People change their accounts here, and the check of disclosures knows them by their last one.
const service = useService({}, false);

/** Runs the command on the table as an operator does. */
async function rebind(...options: string[]) {
  const { table, issuer } = service.stack;
  return operatorCommand(service, 'cdk/operator/rebind.ts', ['--table', table, '--issuer', issuer, ...options]);
}

/** Creates a member whose account at the issuer has the given subject. */
async function memberWith(subject: string, owner: Awaited<ReturnType<typeof service.organization>>['owner']) {
  const email = newAddress();
  await service.member(owner, 'USER', email);
  const person = await service.person(email, { subject, name: 'Jane Doe' });
  const { id } = (await person.call('GET /v1/me')).body;
  expect((await person.call('GET /v1/members')).status).toBe(200);
  return { email, person, id };
}

test('a recreated account takes over the old account’s access, and the old account loses it, at once', async () => {
  const { id: organizationId, owner } = await service.organization();
  const { email, person, id } = await memberWith('old-account', owner);
  const anew = await service.person(email, { subject: 'new-account' });
  expect((await anew.call('GET /v1/me')).body.error).toBe('address_taken');

  const before = await service.items();
  const dry = await rebind('--email', email.toUpperCase(), '--subject', 'new-account', '--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  for (const text of [email, id, organizationId, 'nothing was written']) expect(dry.out).toContain(text);
  expect(await service.items()).toEqual(before);

  expect(await rebind('--email', email, '--subject', 'new-account')).toMatchObject({ code: 0, err: '' });
  expect((await anew.call('GET /v1/me')).body).toMatchObject({ id, email, memberships: [{ organizationId }] });
  expect((await anew.call('GET /v1/members')).status).toBe(200);
  // Warm functions that cached the old account refuse it too.
  for (const route of ['GET /v1/members', 'GET /v1/me']) {
    expect(await person.call(route), route).toMatchObject({ status: 409, body: { error: 'address_taken' } });
  }
  const [entry] = (await owner.call('GET /v1/audit-logs?action=member.rebind')).body.data;
  expect(entry).toMatchObject({
    actorType: 'operator',
    actorId: 'rebind',
    sourceAddress: null,
    resourceType: 'member',
  });

  const again = await rebind('--email', email, '--subject', 'new-account');
  expect(again).toEqual({ code: 1, out: '', err: `This subject already signs in as ${id}.\n` });
});

test('a rebind to another person’s account, or of an unknown person, is refused, and nothing is written', async () => {
  const { owner } = await service.organization();
  const [one, other] = [await memberWith('one', owner), await memberWith('other', owner)];
  const [nobody, placeholder] = [newAddress(), newAddress()];
  await service.member(owner, 'USER', placeholder);
  const before = await service.items();
  for (const [options, why] of [
    [['--email', one.email, '--subject', 'other'], other.id],
    [['--email', nobody, '--subject', 'x'], 'Nobody has signed in'],
    [['--email', placeholder, '--subject', 'x'], 'Nobody has signed in'],
    [['--email', one.email, '--swap-with', placeholder], 'Nobody has signed in'],
    [['--email', one.email, '--swap-with', one.email], 'the same'],
    [['--email', one.email], 'either --subject or --swap-with'],
    [['--email', one.email, '--subject', 'x', '--swap-with', other.email], 'either --subject or --swap-with'],
    [['--email', 'jane', '--subject', 'x'], 'must be an e-mail address'],
    [['--email', one.email, '--subject', ''], 'must not be empty'],
    [['--mail', one.email], 'Unknown option'],
  ] as const) {
    const { code, out, err } = await rebind(...options);
    expect([code, out, err.includes(why)], err).toEqual([1, '', true]);
  }
  expect(await service.items()).toEqual(before);
});

test('two people who swap addresses keep the new ones, and older tokens don’t swap them back', async () => {
  const { owner } = await service.organization();
  const [one, other] = [await memberWith('first-of-two', owner), await memberWith('second-of-two', owner)];
  const swapped = [
    await service.person(other.email, { subject: 'first-of-two' }),
    await service.person(one.email, { subject: 'second-of-two' }),
  ] as const;
  for (const person of swapped) expect((await person.call('GET /v1/me')).body.error).toBe('address_taken');
  // Waits until the new tokens are issued later than the old ones.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const dry = await rebind('--email', one.email, '--swap-with', other.email, '--dry-run');
  expect(dry.code).toBe(0);
  expect((await swapped[0].call('GET /v1/me')).status).toBe(409);

  expect(await rebind('--email', one.email, '--swap-with', other.email)).toMatchObject({ code: 0, err: '' });
  const me = async (person: (typeof swapped)[number]) => (await person.call('GET /v1/me')).body;
  expect([await me(swapped[0]), await me(swapped[1])]).toMatchObject([
    { id: one.id, email: other.email },
    { id: other.id, email: one.email },
  ]);
  expect([await me(one.person), await me(other.person)]).toMatchObject([
    { id: one.id, email: other.email },
    { id: other.id, email: one.email },
  ]);
  const members = (await owner.call('GET /v1/members')).body.data as { userProfile: { id: string; email: string } }[];
  const emailOf = (id: string) => members.find(({ userProfile }) => userProfile.id === id)?.userProfile.email;
  expect([emailOf(one.id), emailOf(other.id)]).toEqual([other.email, one.email]);
});

test('a person is bound once, also when others change them in parallel', async () => {
  const { owner } = await service.organization();
  const { email, person, id } = await memberWith('raced', owner);
  const moved = await service.person(newAddress('moved'), { subject: 'raced' });
  const results = await Promise.all([
    rebind('--email', email, '--subject', 'winner-a'),
    rebind('--email', email, '--subject', 'winner-b'),
    ...Array.from({ length: 20 }, () => person.call('PATCH /v1/me', { body: { firstName: 'Jane' } })),
    moved.call('GET /v1/me'),
  ]);
  for (const result of results) {
    if ('status' in result) expect([200, 409]).toContain(result.status);
  }
  // One identity remains. The consistency check of the table covers the rest.
  const identities = (await service.items()).filter(({ type, userId }) => type === 'Identity' && userId === id);
  expect(identities).toHaveLength(1);
});

test('a person who is bound while they sign in with another address keeps the address that was written last', async () => {
  useTableOf(service);
  const { owner } = await service.organization();
  for (let round = 0; round < 30; round += 1) {
    const { email, id } = await memberWith(`moving-${round}`, owner);
    const moved = await service.person(newAddress('moved'), { subject: `moving-${round}` });
    const signedIn = moved.call('GET /v1/me');
    // Another moment of the sign-in each time.
    await new Promise((resolve) => setTimeout(resolve, round % 15));
    const account = { issuer: service.stack.issuer, subject: `bound-${round}` };
    await rebindOnce(auditContext('rebind'), email, account, false).catch((error) => {
      // The address has changed meanwhile: the operator's command begins again.
      if (!(error instanceof Stale || /Nobody has signed in/.test(error.message))) throw error;
    });
    expect([200, 409]).toContain((await signedIn).status);
    const items = await service.items();
    const user = items.find(({ type, userId }) => type === 'User' && userId === id);
    const identities = items.filter(({ type, userId }) => type === 'Identity' && userId === id);
    expect(identities.map((identity) => identity.email)).toEqual([user?.email]);
  }
});
