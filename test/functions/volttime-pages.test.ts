import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

// Tests the API against Volt Time's documentation pages, from which the project was created.

/** A documented request, parsed from its curl command, with its documented answer. */
interface Documented {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The raw body. */
  readonly body: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: any JSON of the page
  readonly answer: any;
}

function documentedOn(page: string): Documented[] {
  const text = readFileSync(new URL(`../fixtures/${page}.txt`, import.meta.url), 'utf8');
  return text
    .split('\ncurl ')
    .slice(1)
    .map((part) => {
      const [command = '', answer = ''] = part.split('\nCopy\n');
      return {
        method: /--request (\w+)/.exec(command)?.[1] ?? '',
        path: new URL(/--url (\S+)/.exec(command)?.[1] ?? '').pathname,
        headers: Object.fromEntries(
          [...command.matchAll(/--header '([^:]+): ([^']*)'/g)].map(([, name = '', value]) => [name, value ?? '']),
        ),
        body: /--data '([^']*)'/.exec(command)?.[1],
        answer: JSON.parse(answer.slice(0, answer.search(/\n(Authorizations|Assistant)\n/))),
      };
    });
}

/** Returns the format of a documented value. */
function formOf(value: unknown): unknown {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/.test(value)) return 'a UUID';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)) return 'a time with microseconds';
  return /^\S+@\S+$/.test(value) ? 'an address' : 'a text';
}

/** Returns the fields in order with the formats of their values, recursively; of a list its first row. */
function outline(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [outline(value[0])];
  if (typeof value !== 'object' || value === null) return formOf(value);
  return Object.entries(value).map(([name, of]) => [name, outline(of)]);
}

const service = useService();

test('the documented request creates a team and gets the documented answer', async () => {
  const documented = documentedOn('volttime-teams');
  expect(documented).toHaveLength(2);
  for (const { method, path, headers, body, answer } of documented) {
    const { owner } = await service.organization();
    const sent = { ...headers, Authorization: `Bearer ${owner.token}` };
    expect(Object.keys(headers)).toEqual(['Authorization', 'Content-Type']);
    const response = await fetch(service.api + path, { method, headers: sent, body: body ?? null });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const made = (await response.json()) as { data: Record<string, unknown> };
    expect(outline(made)).toEqual(outline(answer));
    // The page's examples are independent, so only values that the request or the service decides are compared.
    const { name, email } = JSON.parse(body as string);
    const { type, is_personal_team } = answer.data;
    expect(made.data).toMatchObject({ name, email, type, is_personal_team });
    expect(made.data.created_at).toBe(made.data.updated_at);
    expect(Number.isSafeInteger(made.data.id)).toBe(true);
    const list = await owner.call('GET /api/v3/teams');
    expect(list.status).toBe(200);
    expect(Object.keys(list.body)).toEqual(['data']);
    expect(list.body.data.at(-1)).toEqual(made.data);
  }
});

test('the documented request lists the chargers of a team and gets the documented answer', async () => {
  const documented = documentedOn('volttime-chargers');
  expect(documented).toHaveLength(2);
  let made = 0;
  for (const { method, path, headers, body, answer } of documented) {
    expect([method, path, body]).toEqual(['GET', '/api/v2/teams/%7Bteam_id%7D/chargers', undefined]);
    const { owner } = await service.organization();
    const team = await owner.call('POST /api/v3/teams', {
      body: { name: 'Fleet', email: newAddress(), type: 'Company' },
    });
    const { id, uuid } = team.body.data;
    const site = await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: uuid } });
    made += 1;
    for (const { identity } of answer.data) {
      await owner.call(`POST /api/v3/sites/${site.body.data.uuid}/chargers`, {
        // Unique, because the page has the example twice.
        body: { identity: `${identity}-${made}` },
      });
    }
    expect(Object.keys(headers)).toEqual(['Authorization']);
    const response = await fetch(service.api + path.replace('%7Bteam_id%7D', id), {
      method,
      headers: { ...headers, Authorization: `Bearer ${owner.token}` },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const listed = (await response.json()) as { data: Record<string, unknown>[] };
    expect(listed.data).toHaveLength(answer.data.length);
    for (const [index, charger] of listed.data.entries()) {
      const {
        uuid: _uuid,
        id: _id,
        created_at: _created,
        updated_at: _updated,
        identity,
        ...fixed
      } = answer.data[index];
      expect(charger).toMatchObject({ ...fixed, identity: `${identity}-${made}` });
      expect(outline(charger)).toEqual(outline({ ...answer.data[index], identity: 'a text' }));
    }
  }
});
