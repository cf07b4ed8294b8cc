import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import type { Invitation } from '../../../lib/domain/invitation.ts';
import { newAddress } from '../../support/service.ts';
import {
  addresses,
  directory,
  linesOf,
  progressOf,
  type RunResult,
  sheetOf,
  start,
  until,
  writeSheet,
} from './command.ts';
import { StubApi, type StubOrganization } from './stub.ts';

// Runs the command against a stub, which answers like the service. `service.test.ts` runs it against the service.

const stub = new StubApi();
beforeAll(() => stub.open());
afterAll(() => stub.close());

afterEach(() => {
  stub.clockOffset = 0;
  stub.replaceAnswer = undefined;
  expect(stub.undeclaredAnswers, 'answers of the stub that the endpoint does not declare').toEqual([]);
});

const run = (args: readonly string[], token?: string) => start(args, token).ended;
const startInviting = (csv: string, { token }: { token: string }) => start([csv, '--api', stub.url], token);
const invite = (csv: string, { token }: { token: string }, ...more: string[]) =>
  run([csv, '--api', stub.url, ...more], token);

const invitationsTo = ({ invitations }: StubOrganization, email: string) =>
  invitations.filter((each) => each.email === email);

function setStatus(acme: StubOrganization, email: string, status: Invitation['status']): void {
  Object.assign(invitationsTo(acme, email)[0] as Invitation, { status });
}

/** Expects one invitation to each address, and no others. */
function expectEachOnce({ invitations }: StubOrganization, emails: readonly string[]): void {
  expect(invitations.map(({ email }) => email)).toEqual(emails);
}

/** Also expects that the command sent each address once, so that the service had no repetition to detect. */
function expectEachSentOnce(acme: StubOrganization, emails: readonly string[]): void {
  expectEachOnce(acme, emails);
  expect(acme.batches.flatMap((batch) => batch.emails)).toEqual(emails);
}

test('a second run sends nothing, not even for revoked, declined and accepted invitations', async () => {
  const acme = stub.organization();
  const emails = addresses(110);
  const csv = sheetOf(emails);
  expect(await invite(csv, acme)).toMatchObject({
    code: 0,
    stdout: '110 rows: 110 invited, 0 already in, 0 failed.\n',
  });
  const states = ['REVOKED', 'DECLINED', 'ACCEPTED'] as const;
  for (const [index, status] of states.entries()) setStatus(acme, emails[index] as string, status);
  expect(await invite(csv, acme)).toMatchObject({
    code: 0,
    stdout: '110 rows: 0 invited, 110 done by earlier runs, 0 already in, 0 failed.\n',
  });
  expectEachSentOnce(acme, emails);
  expect(acme.invitations.slice(0, 3)).toMatchObject(states.map((status) => ({ status })));
});

describe('a run after a kill completes the file, and invites each address once:', () => {
  // The progress file has a line for its target, then two for each of the three requests.
  test.each([1, 2, 3, 4, 5, 6, 7])('killed when the progress file has %i lines', async (lines) => {
    const acme = stub.organization();
    const emails = addresses(250);
    const csv = sheetOf(emails);
    // Longer than the kill takes: the request is still in progress when the next run begins.
    acme.delay = 400;
    const { child, ended } = startInviting(csv, acme);
    await until(() => linesOf(csv).length >= lines);
    child.kill('SIGKILL');
    await ended;
    const { code, stderr } = await invite(csv, acme);
    expect(stderr).toContain('Done 250 of 250 rows (100%)');
    expect(code).toBe(0);
    expectEachSentOnce(acme, emails);
  });

  test('killed while writing a line', async () => {
    const acme = stub.organization();
    const emails = addresses(150);
    const csv = sheetOf(emails);
    await invite(csv, acme);
    const written = readFileSync(progressOf(csv));
    // Cuts the second outcome, the second batch, and the first line.
    for (const length of [written.length - 20, written.length - 3000, 10]) {
      writeFileSync(progressOf(csv), written.subarray(0, length));
      expect((await invite(csv, acme)).code).toBe(0);
      expect((await invite(csv, acme)).stdout).toContain('150 done by earlier runs');
    }
    expectEachOnce(acme, emails);
  });
});

describe('a request without a recorded answer', () => {
  /** Creates the state after a kill: the service answered the last request, and the progress file lacks its outcome. */
  async function unrecorded() {
    const acme = stub.organization();
    const emails = addresses(30);
    const csv = sheetOf(emails);
    await invite(csv, acme);
    const [revoked] = emails as [string];
    setStatus(acme, revoked, 'REVOKED');
    const [target, batch] = linesOf(csv) as [string, string];
    const leave = (line: object) => writeFileSync(progressOf(csv), `${target}\n${JSON.stringify(line)}\n`);
    leave(JSON.parse(batch));
    const expectOnce = ({ code, stdout }: RunResult) => {
      expect([code, stdout]).toEqual([0, '30 rows: 0 invited, 30 done by earlier runs, 0 already in, 0 failed.\n']);
      expect(invitationsTo(acme, revoked)).toMatchObject([{ status: 'REVOKED' }]);
      expectEachSentOnce(acme, emails);
    };
    return { acme, csv, batch: JSON.parse(batch), leave, expectOnce };
  }

  test('gets the stored answer, and an invitation revoked since stays revoked', async () => {
    const { acme, csv, expectOnce } = await unrecorded();
    expectOnce(await invite(csv, acme));
  });

  test('is looked up by another caller, for whom the key is unknown', async () => {
    const { acme, csv, expectOnce } = await unrecorded();
    expectOnce(await invite(csv, { token: stub.accessToken(acme) }));
  });

  test('is looked up after the service has deleted the key', async () => {
    const { acme, csv, batch, leave, expectOnce } = await unrecorded();
    stub.clockOffset = 2 * 86_400_000;
    leave({ ...batch, at: new Date(Date.now() - 2 * 86_400_000).toISOString() });
    expectOnce(await invite(csv, acme));
  });

  test('is looked up if another request used the key', async () => {
    const { acme, csv, batch, leave, expectOnce } = await unrecorded();
    const other = await fetch(`${stub.url}/v1/invitations/bulk`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.token}`, 'x-organization-id': acme.id, 'idempotency-key': 'taken' },
      body: JSON.stringify({ invitations: [{ email: 'x', role: 'USER' }] }),
    });
    expect(other.status).toBe(200);
    acme.batches.pop();
    leave({ ...batch, batch: 'taken' });
    expectOnce(await invite(csv, acme));
  });

  test('is repeated completely if it never arrived', async () => {
    const acme = stub.organization();
    const emails = addresses(20);
    const csv = sheetOf(emails);
    await invite(csv, acme);
    const another = stub.organization();
    const [target, batch] = linesOf(csv) as [string, string];
    const mine = { ...JSON.parse(target), organization: another.id };
    for (const caller of [JSON.parse(batch).caller, 'somebody else']) {
      writeFileSync(progressOf(csv), `${JSON.stringify(mine)}\n${JSON.stringify({ ...JSON.parse(batch), caller })}\n`);
      expect((await invite(csv, another)).code).toBe(0);
      expectEachOnce(another, emails);
    }
  });
});

test('Ctrl+C: the current request is finished and recorded, and the next run continues', async () => {
  const acme = stub.organization();
  const emails = addresses(350);
  const csv = sheetOf(emails);
  acme.delay = 400;
  const { child, ended } = startInviting(csv, acme);
  await until(() => linesOf(csv).length === 4);
  // Twice: the terminal sends it to the command and to npm, which forwards it.
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, '350 rows: 200 invited, 0 already in, 0 failed, 150 left.\n']);
  expect(stderr).toContain('Run the same command again');
  expect(JSON.parse(linesOf(csv).at(-1) as string).outcome).toHaveLength(100);
  expect(readdirSync(directory).filter((name) => name.includes('.lock'))).toEqual([]);
  acme.delay = 0;
  expect((await invite(csv, acme)).stdout).toContain('150 invited, 200 done by earlier runs');
  expectEachSentOnce(acme, emails);
});

describe('one run at a time:', () => {
  test('a second run is refused, and a killed run blocks no other', async () => {
    const acme = stub.organization();
    const emails = addresses(150);
    const csv = sheetOf(emails);
    acme.delay = 5000;
    const { child, ended } = startInviting(csv, acme);
    await until(() => linesOf(csv).length === 2);
    const second = await invite(csv, acme);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`Another run has this file: process ${child.pid}`);
    child.kill('SIGKILL');
    await ended;
    acme.delay = 0;
    expect((await invite(csv, acme)).code).toBe(0);
    expectEachSentOnce(acme, emails);
  });

  test('of several runs that find the lock of an ended process, one continues', async () => {
    const acme = stub.organization();
    const emails = addresses(120);
    const csv = sheetOf(emails);
    const dead = start(['--help']);
    await dead.ended;
    writeFileSync(`${csv}.muster.lock`, `${dead.child.pid} ${hostname()}\n`);
    acme.delay = 1000;
    const all = await Promise.all([1, 2, 3].map(() => invite(csv, acme)));
    // A run that starts after the end finds nothing to do.
    const late = /Another run has this file|120 done by earlier runs/;
    expect(all.filter(({ stdout }) => stdout.includes('120 invited, 0 already in'))).toHaveLength(1);
    expect(all.filter(({ stdout, stderr }) => late.test(stdout + stderr))).toHaveLength(2);
    expectEachSentOnce(acme, emails);
  });
});

describe('accepted forms of a CSV file:', () => {
  const cases: [name: string, text: (email: string) => string][] = [
    [
      'Excel in German, with a BOM',
      (email) => `\ufeffEmail;Vorname;Message\r\n${email};Jörg;"Grüße; ""bis bald""\r\nJ."\r\n`,
    ],
    ['commas, spaces around cells', (email) => `email, message, Vorname\n${email} , "Grüße; ""bis bald""\nJ.", Jörg\n`],
    [
      'tabs, line endings of an old Mac',
      (email) => `Vorname\temail\tmessage\rJörg\t${email}\t"Grüße; ""bis bald""\rJ."`,
    ],
    [
      'empty lines, and rows with empty cells only',
      (email) => `email;message;Vorname\n\n;;\n${email};"Grüße; ""bis bald""\nJ.";\n;;\n\n`,
    ],
  ];
  test.each(cases)('%s', async (_, text) => {
    const acme = stub.organization();
    const email = newAddress();
    const options = ['--role', 'VIEWER', '--redirect-url', 'https://app.example.com/in'];
    const { code, stdout, stderr } = await invite(writeSheet(text(email)), acme, ...options);
    expect([code, stdout]).toEqual([0, '1 rows: 1 invited, 0 already in, 0 failed.\n']);
    expect(stderr).toContain('Columns without a meaning here: Vorname.');
    expect(invitationsTo(acme, email)).toMatchObject([
      { role: 'VIEWER', message: 'Grüße; "bis bald"\nJ.', redirectUrl: 'https://app.example.com/in' },
    ]);
  });

  test('line numbers are those of an editor', async () => {
    const acme = stub.organization();
    const csv = writeSheet(`email,message\r\n\r\n${newAddress()},"two\r\nlines"\r\nbad,"two\r\nlines"\r\nworse,\r\n`);
    expect((await invite(csv, acme)).stdout).toMatch(/\n +5 {2}bad .*\n +7 {2}worse /);
  });

  test.each([
    ['no content', '', 'is empty'],
    ['no header', 'a@example.com,USER\n', 'has no column "email"'],
    ['UTF-16 without a BOM', Buffer.from('email\na@example.com\n', 'utf16le'), 'CSV UTF-8'],
    ['a column twice', 'email,EMAIL\n', 'has the column "email" twice'],
    ['an unclosed quote', 'email,message\na@example.com,x\nb@example.com,"x\n', 'on or after line 3: it has a quote'],
    [
      'a quote within a cell',
      'email,message\na@example.com,x\nb@example.com,5" pipe\n',
      'on or after line 3: quotes stand',
    ],
    [
      'another encoding',
      Buffer.from('email,message\na@example.com,Grüße\n', 'latin1'),
      'isn’t UTF-8'.replace('’', "'"),
    ],
  ])('a file with %s is an error, and nobody is invited', async (_, content, message) => {
    const acme = stub.organization();
    const csv = writeSheet(content);
    const { code, stdout, stderr } = await invite(csv, acme);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(existsSync(progressOf(csv))).toBe(false);
    expect(acme.invitations).toEqual([]);
  });
});

describe('an export', () => {
  /** Writes a copy of a fixture with new addresses. */
  function exported(name: string): { csv: string; jane: string } {
    const host = `x${newAddress().replace('@', '.')}`;
    const text = readFileSync(join(ROOT, 'test', 'fixtures', 'exports', `${name}.csv`), 'utf8');
    return { csv: writeSheet(text.replaceAll('@example.com', `@${host}`)), jane: `jane.doe@${host}` };
  }

  test('of Slack: deactivated people and bots are counted, and not invited', async () => {
    const acme = stub.organization();
    const { csv } = exported('slack');
    const { code, stdout, stderr } = await invite(csv, acme);
    expect([code, stdout]).toEqual([
      0,
      '5 rows: 2 invited, 0 already in, 3 passed over (2 deactivated, 1 bot), 0 failed.\n',
    ]);
    expect(stderr).toContain('Done 5 of 5 rows (100%)\n');
    expect(acme.invitations).toHaveLength(2);
    expect((await invite(csv, acme)).stdout).toContain('2 done by earlier runs');
  });

  test('of GitLab: the role is that of --role, in any letter case', async () => {
    const acme = stub.organization();
    const { csv, jane } = exported('gitlab');
    const { code, stdout, stderr } = await invite(csv, acme, '--role', 'operator');
    expect([code, stdout]).toEqual([0, '3 rows: 2 invited, 1 already in, 0 failed.\n']);
    expect(stderr).toContain(', Role, ');
    expect(invitationsTo(acme, jane)).toMatchObject([{ role: 'OPERATOR' }]);
  });

  test('with unknown columns is accepted with --email-column and --ignore-column', async () => {
    const acme = stub.organization();
    const email = newAddress();
    const csv = writeSheet(`Kontakt;Role;Status\n${email};Chef;Bot\n`);
    const { code, stderr } = await invite(csv, acme);
    expect([code, stderr]).toEqual([1, expect.stringContaining('It has "Kontakt", "Role", "Status".')]);
    const named = ['--email-column', 'kontakt', '--ignore-column', 'role', '--ignore-column', 'status'];
    expect(await invite(csv, acme, ...named)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 invited') });
    expect(invitationsTo(acme, email)).toMatchObject([{ role: 'USER' }]);
  });
});

describe('a wrong call gets an error message:', () => {
  const csv = sheetOf(['jane@example.com']);
  test.each([
    ['no file', [], 'Name one CSV file'],
    ['an unknown option', [csv, '--token', 'x'], "Unknown option '--token'"],
    ['a missing file', [`${csv}.not`], 'There is no file'],
    ['no token', [csv, '--api', 'https://api.example.com'], 'MUSTER_TOKEN is not set'],
    ['an unencrypted connection', [csv, '--api', 'http://api.example.com'], 'begins with https://'],
    ['an unknown role', [csv, '--role', 'BOSS'], 'BOSS is no role: ADMIN'],
    ['a redirect URL of no page', [csv, '--redirect-url', 'app.example.com'], 'app.example.com is no URL that begins'],
    ['an invalid organization id', [csv, '--organization', 'Acme'], 'Acme is no id'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });

  test('help', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('MUSTER_TOKEN') });
  });

  test('an unreachable API', async () => {
    const { code, stderr } = await run([csv, '--api', 'http://127.0.0.1:9'], 'x');
    expect([code, stderr]).toEqual([1, expect.stringContaining('can not be reached')]);
  });

  test('an invalid token', async () => {
    const { code, stderr } = await run([csv, '--api', stub.url], 'x');
    expect([code, stderr]).toEqual([1, expect.stringContaining('put a new one into MUSTER_TOKEN')]);
  });

  test('a caller without the permission to invite', async () => {
    const acme = stub.organization();
    const { code, stderr } = await invite(csv, { token: stub.member(acme, 'USER') });
    expect([code, stderr]).toEqual([1, expect.stringContaining('403 Your role does not allow this. (forbidden)')]);
    rmSync(progressOf(csv));
  });

  test('a caller in several organizations, until the command names one', async () => {
    const acme = stub.organization();
    const other = stub.organization('Other', acme.token);
    const { code, stderr } = await invite(csv, acme);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`--organization ${other.id}   Other`)]);
    expect((await invite(csv, acme, '--organization', acme.id)).code).toBe(0);
    // The progress for one organization doesn't count for another.
    const mixed = await invite(csv, acme, '--organization', other.id);
    expect([mixed.code, mixed.stderr]).toEqual([1, expect.stringContaining('copy the CSV file to another name')]);
  });
});

test('a dry run shows the results, and writes neither progress nor invitations', async () => {
  const acme = stub.organization();
  const csv = sheetOf([...addresses(120), 'nonsense', stub.emailOf(acme.token)]);
  const { code, stdout } = await invite(csv, acme, '--dry-run');
  expect(stdout).toContain('122 rows: 120 would be invited, 1 already in, 1 failed.');
  expect(code).toBe(1);
  expect(acme.batches.map(({ dryRun }) => dryRun)).toEqual([true, true]);
  expect(acme.invitations).toEqual([]);
  expect(existsSync(progressOf(csv))).toBe(false);
});

test('after a lost answer, a throttled request and a server error the command retries, and invites each address once', async () => {
  const acme = stub.organization();
  const emails = addresses(250);
  const csv = sheetOf(emails);
  const keys: unknown[] = [];
  stub.replaceAnswer = (request, response) => {
    keys.push(request.headers['idempotency-key']);
    if (keys.length === 1) response.destroy();
    else if (keys.length === 2) response.writeHead(429, { 'retry-after': '1' }).end('{"message":"Too Many Requests"}');
    else if (keys.length === 4) response.writeHead(502).end('<html>');
    else return false;
    return true;
  };
  const { code, stdout } = await invite(csv, acme);
  expect([code, stdout]).toEqual([0, '250 rows: 250 invited, 0 already in, 0 failed.\n']);
  const [a, , , b, , c] = keys;
  expect(keys).toEqual([a, a, a, b, b, c]);
  expectEachSentOnce(acme, emails);
});

test('an access token acts for its organization; after its revocation another one continues', async () => {
  const acme = stub.organization();
  // The token selects the organization, although its owner is in two.
  stub.organization('Other', acme.token);
  const [first, second] = [stub.accessToken(acme), stub.accessToken(acme)];
  const emails = addresses(250);
  const csv = sheetOf(emails);
  acme.delay = 400;
  const { ended } = startInviting(csv, { token: first });
  await until(() => linesOf(csv).length === 4);
  stub.revoke(first);
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([1, expect.stringContaining('left.')]);
  expect(stderr).toContain('put a new one into MUSTER_TOKEN and run the same command again');
  acme.delay = 0;
  expect((await invite(csv, { token: second })).code).toBe(0);
  expectEachOnce(acme, emails);
});

describe('too many mails', () => {
  test('to an address: the command waits, then invites it', async () => {
    const acme = stub.organization();
    const [email, ...others] = addresses(11) as [string];
    const mails = { left: 0, retryAfter: 2 };
    acme.mailsTo.set(email, mails);
    const { ended } = startInviting(sheetOf([...others.slice(5), email, ...others.slice(0, 5)]), acme);
    await until(() => mails.left < 0);
    mails.left = 1;
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain('for 1 that the API will take later');
    expect([code, stdout]).toEqual([0, '11 rows: 11 invited, 0 already in, 0 failed.\n']);
    expect(acme.batches.map(({ emails }) => emails.length)).toEqual([11, 1]);
  });

  test('to an address, and Ctrl+C while the command waits', async () => {
    const acme = stub.organization();
    const [email, ...others] = addresses(6) as [string];
    acme.mailsTo.set(email, { left: 0, retryAfter: 540 });
    const csv = sheetOf([...others, email]);
    const { child, ended } = startInviting(csv, acme);
    await until(() => linesOf(csv).length === 3);
    await sleep(300);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '6 rows: 5 invited, 0 already in, 0 failed, 1 left.\n' });
    acme.mailsTo.clear();
    expect((await invite(csv, acme)).stdout).toContain('6 rows: 1 invited, 5 done by earlier runs');
  });

  test('of an organization: the command stops, prints when to run it again, and continues then', async () => {
    const acme = stub.organization();
    const emails = addresses(260);
    const csv = sheetOf(emails);
    acme.mails = 200;
    const { code, stdout, stderr } = await invite(csv, acme);
    expect([code, stdout]).toEqual([1, '260 rows: 200 invited, 0 already in, 0 failed, 60 left.\n']);
    expect(stderr).toMatch(
      /As many mails as may be sent in a day were sent.* Run the same command again after \d{4}-\d\d-\d\d \d\d:\d\d UTC\./,
    );
    acme.mails = 1000;
    expect((await invite(csv, acme)).stdout).toBe(
      '260 rows: 60 invited, 200 done by earlier runs, 0 already in, 0 failed.\n',
    );
    expectEachOnce(acme, emails);
  });
});
