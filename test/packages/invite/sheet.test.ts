import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { readRows } from '../../../packages/client/components/csv.ts';
import type { Naming } from '../../../packages/invite/columns.ts';
import type { Row } from '../../../packages/invite/rows.ts';
import { readSheet, rowsOf } from '../../../packages/invite/sheet.ts';

const directory = mkdtempSync(join(tmpdir(), 'muster-sheet-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;

function sheet(content: string | Uint8Array): string {
  files += 1;
  const csv = join(directory, `people-${files}.csv`);
  writeFileSync(csv, content);
  return csv;
}

async function rows(csv: string, naming?: Naming, role = 'USER'): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rowsOf(await readSheet(csv, naming), role)) all.push(row);
  return all;
}

/** Returns role and address of each row, or the reason why it is skipped or invalid. */
async function results(csv: string, naming?: Naming, role?: string): Promise<string[]> {
  return (await rows(csv, naming, role)).map(
    ({ invitation: { email, role }, problem, absence }) => `${absence ?? problem ?? role} ${email}`,
  );
}

const fixture = (name: string) => join(ROOT, 'test', 'fixtures', 'exports', `${name}.csv`);
const people = ['USER jane.doe@example.com', 'USER joerg@example.com'];

describe('an unedited export can be read, of', () => {
  test.each([
    ['Google Workspace', 'google-workspace', [...people, 'suspended tom@example.com']],
    ['Google Contacts, with several addresses in one cell', 'google-contacts', people],
    ['Outlook, whose Language column is ignored', 'outlook', people],
    [
      'Microsoft 365',
      'microsoft-365',
      [...people, 'blocked tom@example.com', 'guest guest_example.net#EXT#@example.onmicrosoft.com'],
    ],
    ['Entra’s template for bulk creation', 'entra-template', [...people, 'blocked tom@example.com']],
    ['Entra, with the mail address or else the sign-in name', 'entra-users', [...people, 'blocked tom@example.com']],
    [
      'Slack, without deactivated users and bots',
      'slack',
      [
        ...people,
        ...['deactivated tom@example.com', 'deactivated ann@example.com', 'bot b01aaaaaaa1-bots@example.com'],
      ],
    ],
    ['GitLab, whose Role column is ignored', 'gitlab', [...people, 'USER jane.doe@example.com']],
    ['GitLab, with Max role', 'gitlab-seats', people],
  ])('%s', async (_, name, expected) => {
    expect(await results(fixture(name))).toEqual(expected);
  });

  test('GitLab, with --role', async () => {
    expect(await results(fixture('gitlab-seats'), {}, 'VIEWER')).toEqual(
      people.map((each) => each.replace('USER', 'VIEWER')),
    );
  });

  test('Entra, with line numbers as in an editor', async () => {
    expect((await rows(fixture('entra-template'))).map(({ line }) => line)).toEqual([3, 4, 5]);
  });
});

describe('the separator', () => {
  const row = 'jane@example.com';
  test.each([
    ['the one that Excel names', `sep=|\r\nrole|email\r\nUSER|${row}\r\n`],
    ['the one that Excel names in quotes', `"sep=;"\nemail;role\n${row};USER\n`],
    ['a comma that Excel names', `sep=,\nemail,role\n${row},USER\n`],
    ['a semicolon, with more commas in the header', `"Name, first, middle, last, title";E-Mail\n"Doe, Jane";${row}\n`],
    ['a tab, beside commas in names', `Name (last, first, middle)\tE-Mail\nDoe, Jane\t${row}\n`],
    ['a semicolon, with commas in a cell of several lines', `"Notes\n1,2,3,4";email\n"1,2\n3";${row}\n`],
    ['none', `email\n${row}\n`],
  ])('is %s', async (_, text) => {
    expect(await results(sheet(text))).toEqual([`USER ${row}`]);
  });
});

describe('columns', () => {
  const row = 'jane@example.com';
  test.each(['E-Mail', 'e-mail', 'EMAIL', 'Email Address', 'E-Mail-Adresse', 'mail', 'User Principal Name'])(
    'of addresses may be called %s',
    async (name) => {
      expect(await results(sheet(`Name,${name}\nJane,${row}\n`))).toEqual([`USER ${row}`]);
    },
  );

  test('have roles in any letter case', async () => {
    const csv = sheet('email,Role\na@example.com,admin\nb@example.com,Viewer\nc@example.com,boss\n');
    expect(await results(csv)).toEqual(['ADMIN a@example.com', 'VIEWER b@example.com', 'boss c@example.com']);
  });

  test('of addresses are chosen by --email-column, with any other names', async () => {
    const csv = sheet(`email,Private mail\nold@example.com,${row}\n`);
    expect(await results(csv, { email: 'private MAIL' })).toEqual([`USER ${row}`]);
    const among = sheet(`Email,E-Mail\nold@example.com,${row}\n`);
    expect(await results(among, { ignored: ['nothing'] }).catch((error: Error) => error.message)).toContain(
      '"Email", "E-Mail"',
    );
  });

  test('may be called as what every object has', async () => {
    const names = ['constructor', '__proto__', 'toString', 'valueOf'];
    const csv = sheet(`email,${names.join()}\n${row},Ford,x,y,z\n`);
    expect(await results(csv)).toEqual([`USER ${row}`]);
    expect((await readSheet(csv)).header.ignored).toEqual(names);
    expect(readRows(readFileSync(csv), 'USER')).toEqual([{ line: 2, invitation: { email: row, role: 'USER' } }]);
  });

  test('are ignored by --ignore-column', async () => {
    const csv = sheet(`email,role,Status,Language\n${row},Chef,Bot,Deutsch\n`);
    expect(await rows(csv, { ignored: ['ROLE', 'status', 'language'] })).toEqual([
      { line: 2, invitation: { email: row, role: 'USER' } },
    ]);
    const { header } = await readSheet(csv, { ignored: ['role'] });
    expect(header.ignored).toEqual(['role']);
  });

  test.each<[string, string, Naming, string]>([
    ['no address column', 'Name;Telefon\nJane;1\n', {}, 'has no column "email"'],
    ['two address columns', 'Name,email,E-Mail,Telefon\nJane,a,b,1\n', {}, 'has the column "email" twice'],
    ['two role columns', 'Name,email,role,Role,Telefon\nJane,a,b,c,1\n', {}, 'has the column "role" twice'],
    ['no column of the given name', 'Name,email,Telefon\nJane,a,1\n', { email: 'Work' }, 'has no column "Work"'],
    ['no column to ignore', 'Name,email,Telefon\nJane,a,1\n', { ignored: ['Rolle'] }, 'has no column "Rolle"'],
  ])('are listed in the error if there is a mistake: %s', async (_, text, naming, message) => {
    const refusal = await readSheet(sheet(text), naming).catch((error: Error) => error.message);
    expect(refusal).toContain(message);
    expect(refusal).toMatch(/It has "Name",.* "Telefon"\./);
  });
});

describe('the encoding', () => {
  const text = 'email;message\r\njörg@example.com;Grüße 🙂\r\n';
  const utf16be = (content: string) => Buffer.from(content, 'utf16le').swap16();

  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', utf16be(`\ufeff${text}`)],
  ])('may be %s', async (_, bytes) => {
    expect(await rows(sheet(bytes))).toMatchObject([
      { line: 2, invitation: { email: 'jörg@example.com', message: 'Grüße 🙂' } },
    ]);
  });

  test.each([
    ['Windows-1252', Buffer.from('email\r\nj\xf6rg@example.com\r\n', 'latin1')],
    ['UTF-16 without a byte order mark', Buffer.from('email\r\njane@example.com\r\n', 'utf16le')],
    ['UTF-16 without one, big-endian', utf16be('email\r\njane@example.com\r\n')],
    ['UTF-16 that ends within a character', Buffer.from('\ufeffemail\r\na', 'utf16le').subarray(0, -1)],
  ])('is refused with advice if it is %s', async (_, bytes) => {
    await expect(readSheet(sheet(bytes))).rejects.toThrow(/isn't UTF-8: .*CSV UTF-8.*Nobody was invited/);
  });
});

test.each(inject('whole') ? [10, 100] : [10])(
  'a file of %i MB is read with a heap of 32 MB',
  async (megabytes) => {
    const lines = readFileSync(fixture('outlook'), 'utf8').slice(1).split('\r\n');
    const [header, row] = lines as [string, string];
    const script = `
    const { readSheet, rowsOf } = await import('./packages/invite/sheet.ts');
    const sheet = await readSheet(process.argv[1]);
    let rows = 0;
    for await (const { invitation } of rowsOf(sheet, 'USER')) if (invitation.email.includes('@')) rows += 1;
    console.log(sheet.count, rows);
  `;
    const csv = join(directory, `${megabytes}.csv`);
    const count = Math.ceil((megabytes * 1e6) / row.length);
    const file = createWriteStream(csv);
    file.write(`${header}\r\n`);
    for (let done = 0; done < count; done += 1000) {
      const text = Array.from({ length: Math.min(1000, count - done) }, (_, at) =>
        row.replaceAll('jane.doe', `jane.${done + at}`),
      );
      if (!file.write(`${text.join('\r\n')}\r\n`)) await once(file, 'drain');
    }
    file.end();
    await finished(file);
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=32', '--input-type=module', '--eval', script, '--', csv],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    const [code] = await once(child, 'close');
    expect([code, output.trim()]).toEqual([0, `${count} ${count}`]);
  },
  240_000,
);
