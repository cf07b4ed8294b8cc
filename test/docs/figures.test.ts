import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod/mini';
import { readConfig, readStages } from '../../cdk/config.ts';
import { ROOT } from '../../cdk/fingerprint.ts';
import { COSTS } from '../../docs/costs.ts';
import { functions } from '../../functions/index.ts';
import { Invitation } from '../../lib/dialects/v1/schemas.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import { type PERMISSIONS, ROLES, rolesWith } from '../../lib/domain/roles.ts';
import { ADDED } from '../fixtures/units.ts';

// Checks figures, names and tables in hand-written documents against the code.

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Returns the cells of a table's rows, without the header. */
function rowsBelow(text: string, head: string): string[][] {
  const lines = text.slice(text.indexOf(head)).split('\n');
  expect(lines[0]).toContain(head);
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
}

describe('the README', () => {
  const text = read('README.md');

  it('is short', () => {
    expect(text.length).toBeLessThan(10_000);
  });

  it('shows an answer in the form of the service', () => {
    const answer = JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? '');
    expect(z.safeParse(Invitation, answer).success).toBe(true);
    expect(Date.parse(answer.expiresAt) - Date.parse(answer.createdAt)).toBe(7 * 86_400_000);
  });
});

describe('docs/cost.md', () => {
  const text = read('docs/cost.md');
  const rows = rowsBelow(text, '| request | endpoint |');

  test.each(rows)('%s has the measured costs', (_, endpoint = '', write, readUnits) => {
    const route = endpoint.replaceAll('`', '');
    const found = functions.find(({ declaration }) => declaration.kind === 'http' && declaration.route === route);
    const units = COSTS[found?.name ?? ''];
    expect([write, readUnits]).toEqual([String(units?.write), String(units?.read)]);
  });

  it('has the additional costs', () => {
    const first = ADDED['the first sign-in after accepting by link alone'];
    expect(text).toContain(`by link alone: ${first.write} write units, ${first.read} read units`);
    expect(text).toContain(
      `doesn't name its organization: ${ADDED['without naming the organization'].read} read unit.`,
    );
    expect(text).toContain(`A write with an access token: ${ADDED['writing by an access token'].write} write units`);
  });
});

describe('docs/configuration.md', () => {
  const rows = rowsBelow(read('docs/configuration.md'), '| key | default |');
  const keys = rows.map(([key = '']) => key.replaceAll('`', ''));
  const { claims, limits, ...config } = readConfig(
    readStages({ development: { mailSender: 'a@example.com' } }, undefined),
    'development',
  );

  it('has every key of a stage', () => {
    const source = /const StageConfig = z\n(.*?)^ {2}}\)$/ms.exec(read('cdk/settings.ts'))?.[1] ?? '';
    const known = [...source.matchAll(/^ {4}(\w+): ?/gm)].map(([, key = '']) => key);
    expect(known).toContain('mailSender');
    const of = (name: string) => keys.filter((key) => key.startsWith(`${name}.`)).map((key) => key.split('.')[1]);
    expect([...new Set(keys.map((key) => key.split('.')[0]))].sort()).toEqual(known.sort());
    expect(of('limits').sort()).toEqual(Object.keys(DEFAULT_LIMITS).sort());
    expect(of('claims').sort()).toEqual(['email', 'emailVerified', 'familyName', 'givenName', 'name']);
  });

  test.each(rows)('%s has its actual default', (key = '', value = '') => {
    const [, limit] = /limits\.(\w+)/.exec(key) ?? [];
    const known = limit ? DEFAULT_LIMITS[limit as never] : config[key.replaceAll('`', '') as never];
    if (typeof known === 'number') expect(value.replaceAll(',', '')).toMatch(new RegExp(`^${known}\\b`));
    if (typeof known === 'boolean') expect(value).toBe(`\`${known}\``);
  });
});

describe('docs/authentication.md', () => {
  const rows = rowsBelow(read('docs/authentication.md'), '| | ADMIN |');
  const permissions: Readonly<Record<string, keyof typeof PERMISSIONS>> = {
    'see the members': 'member:read',
    'create teams': 'team:create',
    'rename and delete the organization': 'organization:delete',
    'change roles, remove members': 'member:update',
    'see, create, resend and revoke invitations': 'invitation:create',
    "explain everybody's access to sites": 'access:explain',
    'read the audit log': 'audit-log:read',
  };

  test.each(Object.entries(permissions))('%s is for the roles of %s', (what, permission) => {
    const row = rows.find(([text]) => text === what);
    expect(ROLES.filter((_, index) => row?.[index + 1] === 'yes')).toEqual(rolesWith(permission));
  });
});

describe('docs/dependencies.md', () => {
  it('lists every package in its section, and no others', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
    const [inside = '', outside = ''] = read('docs/dependencies.md').split('What stays outside the functions');
    const names = (text: string) =>
      rowsBelow(text, '| package | what for |').flatMap(([cell = '']) =>
        [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
      );
    expect(names(inside).sort()).toEqual(Object.keys(dependencies).sort());
    expect(names(outside).sort()).toEqual(Object.keys({ ...devDependencies, ...optionalDependencies }).sort());
  });
});
