import { beforeAll, describe, expect, test } from 'vitest';
import { type Contract, codeOf, contracts, tested } from '../support/contract.ts';
import { exampleOf, type Home } from '../support/requests.ts';
import { type Client, useService } from '../support/service.ts';

// Tests that every dialect refuses malformed input with a clear answer, and stores and mails nothing.

const service = useService();

let home: Home;

beforeAll(async () => {
  home = await service.organization('Home');
});

const withBodies = contracts.filter(({ declaration }) => declaration.body);
const named = (some: readonly Contract[]) => some.map((contract) => [contract.declaration.route, contract] as const);
const isForm = ({ declaration }: Contract) => declaration.accepts === 'application/x-www-form-urlencoded';
const typeOf = ({ declaration: { accepts } }: Contract) => (accepts === '*/*' ? 'application/json' : accepts);

/** Sends raw bytes. */
async function send(
  { declaration }: Contract,
  route: string,
  body: Buffer | string | undefined,
  headers: object,
  by: Pick<Client, 'token'> = home.owner,
) {
  const [method, path] = route.split(' ') as [string, string];
  // A link's holder is another person than the owner.
  const isHolder = declaration.dialect === 'page' || declaration.caller.includes('link');
  const response = await fetch(service.api + path, {
    method,
    ...(body !== undefined && { body }),
    redirect: 'manual',
    headers: {
      ...(!isHolder && { authorization: `Bearer ${by.token}`, 'x-organization-id': home.id }),
      ...headers,
    },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Returns the code of a refusal; for a page, which has none, its status. */
function refusalOf(
  contract: Contract,
  { status, text }: { status: number; text: string },
): string | number | undefined {
  const { dialect } = contract.declaration;
  if (dialect === 'page') return status;
  return dialect === 'volttime' ? JSON.parse(text).error : codeOf(contract, JSON.parse(text));
}

const expectedRefusal = ({ declaration }: Contract, code: string, status: number) =>
  declaration.dialect === 'page' ? status : code;

describe.each(named(tested(withBodies, ['dialect', 'accepts'])))('%s', (_, contract) => {
  test('refuses a body with invalid UTF-8 or duplicate names', async () => {
    const { route, body, by } = await exampleOf(contract, service, home);
    await home.owner.call('GET /v1/me');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const before = service.writes().length;
    const bytes = Buffer.from(text);
    const end = isForm(contract) ? bytes.length : bytes.length - 1;
    const more = (part: Buffer | string) =>
      Buffer.concat([bytes.subarray(0, end), Buffer.from(part), bytes.subarray(end)]);
    const latin = Buffer.from('Müller', 'latin1');
    const bad: [string, Buffer][] = isForm(contract)
      ? [
          ['Latin-1', more(Buffer.concat([Buffer.from('&x='), latin]))],
          ['percent-encoded Latin-1', more('&x=M%FCller')],
          ['a lone percent sign', more('&x=100%')],
          ['a truncated character', more('&x=%F0%9F%98')],
          ['a duplicate name', more('&token=x')],
          ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
        ]
      : [
          ['Latin-1', more(Buffer.concat([Buffer.from(',"x":"'), latin, Buffer.from('"')]))],
          [
            'a truncated character',
            more(Buffer.concat([Buffer.from(',"x":"'), Buffer.from([0xf0, 0x9f, 0x98, 0x22])])),
          ],
          ['a surrogate', more(Buffer.concat([Buffer.from(',"x":"'), Buffer.from([0xed, 0xa0, 0x80, 0x22])]))],
          ['a replacement character', more(',"x":"M\ufffdller"')],
          ['a duplicate name', more(`,${JSON.stringify(Object.keys(JSON.parse(text))[0])} : null`)],
          ['a duplicate name in another notation', more(',"x":{"a":"{","\\u0061" :[]}')],
          ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
        ];
    for (const [what, sent] of bad) {
      const answer = await send(contract, route, sent, { 'content-type': typeOf(contract) }, by);
      expect([answer.status, refusalOf(contract, answer)], what).toEqual([
        400,
        expectedRefusal(contract, 'malformed_body', 400),
      ]);
    }
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('refuses another charset and a compressed body, and says what it accepts', async () => {
    const { route, body, by } = await exampleOf(contract, service, home);
    await home.owner.call('GET /v1/me');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const before = service.writes().length;
    const { dialect, accepts } = contract.declaration;
    const status = dialect === 'rocketchat' ? 400 : 415;
    const type = typeOf(contract);
    for (const charset of ['latin1', 'iso-8859-1', '"windows-1252"', 'utf-16']) {
      const answer = await send(contract, route, text, { 'content-type': `${type}; charset=${charset}` }, by);
      expect([answer.status, refusalOf(contract, answer)], charset).toEqual([
        status,
        expectedRefusal(contract, 'unsupported_media_type', 415),
      ]);
      if (dialect !== 'page') expect(answer.text).toMatch(/Content-Type(":\[")? ?must/);
    }
    for (const coding of ['gzip', 'br']) {
      const headers = { 'content-type': type, 'content-encoding': coding };
      const answer = await send(contract, route, text, headers, by);
      expect([answer.status, refusalOf(contract, answer)], coding).toEqual([
        status,
        expectedRefusal(contract, 'unsupported_media_type', 415),
      ]);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
    }
    if (accepts !== '*/*') {
      const answer = await send(contract, route, text, { 'content-type': 'text/csv' }, by);
      expect([answer.status, answer.headers.get('accept')]).toEqual([415, type]);
      if (dialect !== 'page') expect(answer.text).toContain(`must be ${type}`);
    }
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('ignores a byte order mark, and accepts the charset utf-8', async () => {
    const { route, body, by } = await exampleOf(contract, service, home);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { dialect } = contract.declaration;
    // JSON:API's media type has no parameters.
    const type = dialect === 'papershift' ? typeOf(contract) : `${typeOf(contract)}; charset="UTF-8"`;
    const encoded = { 'content-type': type, 'content-encoding': 'identity' };
    const answer = await send(contract, route, `\ufeff${text}`, encoded, by);
    if (Object.keys(contract.returns).length > 0) expect(answer.status, answer.text).toBeLessThan(400);
    else expect(answer.status).toBe(403);
  });
});

const withQueries = contracts.filter(({ declaration }) => declaration.query);

test.each(named(tested(withQueries, ['dialect', 'accepts'])))(
  '%s refuses a query that isn’t percent-encoded UTF-8',
  async (_, contract) => {
    // Pages mail their owner, and mails to an address are limited.
    const isPage = contract.declaration.dialect === 'page';
    const { route, body, by } = await exampleOf(contract, service, isPage ? await service.organization() : home);
    await home.owner.call('GET /v1/me');
    const before = service.writes().length;
    for (const query of ['x=M%FCller', 'x=100%', '%zz=1', 'x=%ED%A0%80', 'x=%EF%BF%BD']) {
      const at = `${route}${route.includes('?') ? '&' : '?'}${query}`;
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const answer = await send(contract, at, sent, sent ? { 'content-type': typeOf(contract) } : {}, by);
      // A link must open with parameters that mail programs add.
      if (isPage) expect(answer.status, query).toBe(200);
      else expect([answer.status, refusalOf(contract, answer)], query).toEqual([400, 'malformed_query']);
    }
    // One of the pages stops reminders.
    if (!isPage) expect(service.writes().slice(before)).toEqual([]);
  },
);
