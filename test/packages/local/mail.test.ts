import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMail } from '../../../packages/local/mail.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mail-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const raw = Buffer.from(
  [
    'From: =?utf-8?Q?M=C3=BCster?= <invitations@example.com>',
    'To: Jane <jane@example.com>',
    'Subject: =?utf-8?B?RWlubGFkdW5nIPCfjok=?=',
    'List-Unsubscribe: <https://example.com/stop>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=x',
    '',
    '--x',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Sch=C3=B6n',
    '--x',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Schön</p>',
    '--x--',
    '',
  ].join('\r\n'),
);

function envelope(...to: string[]) {
  const tags = { invitation: `inv_${to.length}` };
  return { messageId: `ses-${to[0]}`, from: 'invitations@example.com', to, tags, configurationSet: 'Events' };
}

async function inInbox(endpoint: string): Promise<{ messageId: string; at: number; subject: string }[]> {
  const response = await fetch(`${endpoint}/store`);
  return ((await response.json()) as { emails: { messageId: string; at: number; subject: string }[] }).emails;
}

it('a mail is returned decoded', async () => {
  const mail = await startMail({ directory });
  await mail.receive(raw, envelope('jane@example.com'));
  expect(mail.messages()).toEqual([
    {
      messageId: 'ses-jane@example.com',
      to: 'jane@example.com',
      tags: { invitation: 'inv_1' },
      configurationSet: 'Events',
      from: 'Müster <invitations@example.com>',
      subject: 'Einladung 🎉',
      headers: expect.objectContaining({
        'list-unsubscribe': '<https://example.com/stop>',
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      }),
      text: expect.stringMatching(/^Schön\s*$/),
      html: expect.stringMatching(/^<p>Schön<\/p>\s*$/),
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    },
  ]);
  await mail.close();
});

it('mails are filtered by recipient, newest last', async () => {
  const mail = await startMail({ directory });
  await mail.receive(raw, envelope('a@example.com'));
  await mail.receive(raw, envelope('b@example.com', 'a@example.com'));
  await mail.receive(raw, envelope('aa@example.com'));
  expect(mail.messages('A@example.com').map(({ messageId }) => messageId)).toEqual([
    'ses-a@example.com',
    'ses-b@example.com',
  ]);
  expect(mail.messages()).toHaveLength(3);
  expect(mail.messages('nobody@example.com')).toEqual([]);
  await mail.close();
});

describe('after a restart', () => {
  it('earlier mails are returned, also on the inbox page', async () => {
    const before = await startMail({ directory });
    await before.receive(raw, envelope('a@example.com'));
    const mails = before.messages();
    await before.close();

    const after = await startMail({ directory });
    expect(after.messages()).toEqual(mails);
    const sentAt = Math.floor(Date.parse(mails[0]?.sentAt ?? '') / 1000);
    expect(await inInbox(after.endpoint)).toMatchObject([
      { messageId: 'ses-a@example.com', at: sentAt, subject: 'Einladung 🎉' },
    ]);
    const page = await fetch(after.inbox);
    expect(page.headers.get('content-type')).toMatch('text/html');
    await after.close();
  });

  it('an incomplete last line of a killed process is skipped, and new mails are added after it', async () => {
    const before = await startMail({ directory });
    await before.receive(raw, envelope('a@example.com'));
    await before.close();
    appendFileSync(join(directory, 'mail.jsonl'), '{"messageId":"ses-half');

    const after = await startMail({ directory });
    expect(after.messages()).toHaveLength(1);
    await after.receive(raw, envelope('b@example.com'));
    await after.close();

    const again = await startMail({ directory });
    expect(again.messages().map(({ messageId }) => messageId)).toEqual(['ses-a@example.com', 'ses-b@example.com']);
    await again.close();
  });
});

it('the mail server listens on loopback only', async () => {
  const mail = await startMail({ directory });
  expect(new URL(mail.endpoint).hostname).toBe('127.0.0.1');
  await mail.close();
  await expect(fetch(mail.endpoint)).rejects.toThrow();
});
