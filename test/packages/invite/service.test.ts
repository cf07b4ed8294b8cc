import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { newAddress, useService } from '../../support/service.ts';
import { testWhole } from '../../support/whole.ts';
import { addresses, linesOf, sheetOf, start, until, writeSheet } from './command.ts';

// Runs the command against the service: a whole file, a killed run, and a run that waits and loses its token.

const service = useService();

const inviteAtService = (csv: string, token: string, ...more: string[]) =>
  start([csv, '--api', service.api, ...more], token);
afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

test('110 rows: each is invited, or printed with its line and the reason', { timeout: 180_000 }, async () => {
  const { owner } = await service.organization();
  const member = await service.member(owner, 'USER');
  const waiting = newAddress();
  await owner.call('POST /v1/invitations', { body: { email: waiting, role: 'USER' } });
  const valid = addresses(96);
  const row = (email: string, ...more: string[]) => [email, ...more].join(',');
  const invalid = [
    row('nonsense'),
    row(newAddress(), 'BOSS'),
    row(newAddress(), '', 'x'.repeat(501)),
    row(newAddress(), '', '', 'fr'),
    row(newAddress(), '', '', '', '31'),
    row(newAddress(), '', '', '', 'soon'),
    row('', 'USER'),
    row(newAddress(), 'BOSS', '', 'fr'),
    row(newAddress(), '', '', '', '', 'too much'),
    row(newAddress(), '', 'y'.repeat(70_000)),
  ];
  const others = [member.email, waiting, ` ${valid[0]?.toUpperCase()}`, valid[1] as string];
  const csv = writeSheet(['email,role,message,language,expiresInDays', ...valid, ...invalid, ...others].join('\n'));
  const { code, stdout, stderr } = await inviteAtService(csv, owner.token).ended;
  const [counts, , ...table] = stdout.split('\n');
  expect(counts).toBe('110 rows: 96 invited, 4 already in, 10 failed.');
  expect(
    table.map((line) =>
      line
        .trim()
        .replace(/ {2,}/g, '|')
        .replace(/person-\d+-\d+@example.com/, 'somebody'),
    ),
  ).toEqual([
    'Line|Address|Why',
    '98|nonsense|email must be an e-mail address',
    '99|somebody|role must be one of ADMIN, USER, OPERATOR, VIEWER',
    '100|somebody|message must be at most 500 characters',
    '101|somebody|language must be one of en, de',
    '102|somebody|expiresInDays must be at most 30',
    '103|somebody|expiresInDays must be a number',
    '104|(none)|email must be an e-mail address',
    '105|somebody|role must be one of ADMIN, USER, OPERATOR, VIEWER; language must be one of en, de',
    '106|somebody|has more cells than columns: text with the separator needs quotes',
    '107|somebody|is longer than a row may be',
    '',
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('Done 110 of 110 rows (100%), 10 failed\n');
  expect((await owner.call('GET /v1/invitations')).body.meta.total, '96 invited, one accepted, one waiting').toBe(98);
  await service.sweep();
  for (const email of valid) expect(await service.mails(email)).toHaveLength(1);

  // A second run with corrected rows invites only the corrected ones.
  const fixed = addresses(2);
  writeFileSync(csv, ['email,role', ...valid, 'nonsense', ...fixed, member.email].join('\n'));
  const again = await inviteAtService(csv, owner.token).ended;
  expect(again.stdout).toContain('100 rows: 2 invited, 97 done by earlier runs, 0 already in, 1 failed.');
});

testWhole('a run after a kill invites each address once, and a dry run writes nothing', async () => {
  const { owner } = await service.organization();
  await owner.call('GET /v1/me');
  const emails = addresses(250);
  const csv = sheetOf(emails);
  const before = await service.items();
  const dry = await inviteAtService(csv, owner.token, '--dry-run').ended;
  expect(dry.stdout).toContain('250 rows: 250 would be invited');
  expect(await service.items()).toEqual(before);
  // Longer than the kill takes: the request is still in progress when the next run begins.
  await service.faults([
    { function: 'invitations/bulk', action: 'dynamodb:PutItem', fault: 'delay', ms: 100, times: -1 },
  ]);
  const { child, ended } = inviteAtService(csv, owner.token);
  await until(() => linesOf(csv).length >= 4);
  child.kill('SIGKILL');
  await ended;
  const { code, stderr } = await inviteAtService(csv, owner.token).ended;
  expect(stderr).toContain('Done 250 of 250 rows (100%)');
  expect(code).toBe(0);
  expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(emails.length);
  while (((await service.sweep()).sent ?? 0) > 0);
  for (const email of emails) expect(await service.mails(email), email).toHaveLength(1);
});

testWhole(
  'too many mails to an address: a run that is stopped while it waits continues with another token',
  async () => {
    const { owner } = await service.organization();
    const mint = async () => (await owner.call('POST /v1/access-tokens', { body: { name: 'x' } })).body;
    const [first, second] = [await mint(), await mint()];
    // A minute into the window of ten.
    await service.clock(`${660_000 - (Date.now() % 600_000)}ms`);
    const email = newAddress();
    for (let mails = 0; mails < 10; mails += 1) {
      const { body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
      await owner.call(`DELETE /v1/invitations/${body.id}`);
    }
    const csv = sheetOf([...addresses(5), email]);
    const { child, ended } = inviteAtService(csv, first.token);
    await until(() => linesOf(csv).length === 3);
    await sleep(300);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '6 rows: 5 invited, 0 already in, 0 failed, 1 left.\n' });
    await service.clock(`${1_260_000 - (Date.now() % 600_000)}ms`);
    expect((await owner.call(`DELETE /v1/access-tokens/${first.id}`)).status).toBe(204);
    const refused = await inviteAtService(csv, first.token).ended;
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('put a new one into MUSTER_TOKEN')]);
    const { stdout } = await inviteAtService(csv, second.token).ended;
    expect(stdout).toContain('6 rows: 1 invited, 5 done by earlier runs');
  },
);

test('imports everybody in a file by an operator key, without an invitation, and continues where it stopped', async () => {
  const { id, owner } = await service.organization();
  const { token, keyId } = await service.operatorKey(['member:import']);
  expect(keyId).toMatch(/^opk_/);
  const team = (await owner.call('POST /v1/teams', { body: { name: 'Team' } })).body.id;
  const [one, two, three] = [newAddress(), newAddress(), newAddress()];
  const csv = writeSheet(
    [
      'First Name,Last Name,E-Mail,role,subject,teams,message',
      `Jane,Doe,${one},admin,subject-of-${one},${team},ignored`,
      `,,${two},,,,`,
      `,,${owner.email},,,,`,
      `,,${three},,,team_x ${team},`,
    ].join('\n'),
  );
  const run = (...more: string[]) =>
    start([csv, '--import-members', '--api', service.api, '--organization', id, ...more], token).ended;
  const dry = await run('--dry-run');
  expect(dry.stdout).toContain('4 rows: 2 would be imported, 1 already in, 1 failed.');
  const { code, stdout, stderr } = await run('--send-email');
  expect(stderr).toContain('Columns without a meaning here: message.');
  expect([code, stdout.split('\n')[0]]).toEqual([1, '4 rows: 2 imported, 1 already in, 1 failed.']);
  expect(stdout).toContain('teams.0 must be the id of a team');
  const { data } = (await owner.call('GET /v1/members')).body;
  const found = [one, two].map((email) =>
    data.find((member: { userProfile: { email: string } }) => member.userProfile.email === email),
  );
  expect(found).toMatchObject([
    { role: 'ADMIN', claimed: false, userProfile: { email: one, firstName: 'Jane', lastName: 'Doe' } },
    { role: 'USER', claimed: false, userProfile: { email: two } },
  ]);
  expect((await owner.call(`GET /v1/teams/${team}`)).body.memberCount).toBe(2);
  await service.sweep();
  expect(await service.mails(one)).toHaveLength(1);
  expect((await run()).stdout).toContain('0 imported, 3 done by earlier runs, 0 already in, 1 failed');
  const nameless = await start([csv, '--import-members', '--api', service.api], token).ended;
  expect([nameless.code, nameless.stderr.includes('Name the organization')]).toEqual([1, true]);
});

test('an integration invites everybody in a file, without naming the organization', async () => {
  const { owner } = await service.organization();
  const { token } = (await owner.call('POST /v1/integrations', { body: { name: 'CRM', role: 'ADMIN' } })).body;
  const csv = writeSheet(['email', ...addresses(3)].join('\n'));
  expect(await inviteAtService(csv, token).ended).toMatchObject({
    code: 0,
    stdout: '3 rows: 3 invited, 0 already in, 0 failed.\n',
  });
});
