import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { beyondSigningIn } from '../../docs/charts.ts';
import { ENTITIES, keyPattern, PREFIXES } from '../../docs/entities.ts';
import type { Pattern } from '../../docs/pattern.ts';
import { CALLERS, PATTERNS } from '../../docs/patterns.ts';
import { functions } from '../../functions/index.ts';
import type { Declaration } from '../../lib/http/declaration.ts';
import type { TableAction } from '../../lib/table/access.ts';
import { keys } from '../../lib/table/keys.ts';

// What docs/table.md says beyond the declarations is written by hand: it is held against keys, items and roles.

const READING = ['BatchGetItem', 'Query'] as const;
const WRITING = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** What finding out who calls reads, whatever the endpoint is about. */
const OF_CALLERS = ['ORG', 'USER', 'IDENTITY', 'EMAIL', 'IDEMPOTENCY'];
/** What no item has. */
const OF_NOBODY = ['HEALTH'];
const OF_SITES = ['SITE', 'SITENO', 'TEAMNO', 'TEAM'];

/** The types of items that a text names. */
function typesIn(text = ''): string[] {
  return (text.match(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b/g) ?? []).filter((word) => PREFIXES.has(word));
}

function prefixesIn(text: string | undefined): Set<string | undefined> {
  return new Set(typesIn(text).map((type) => PREFIXES.get(type)));
}

/** What a pattern says that a declaration doesn't, and the other way round. */
function differences(declaration: Declaration, { reads, writes }: Pattern): string[] {
  const { table } = declaration;
  const may = (actions: readonly TableAction[], prefix = '') =>
    actions.some((action) => table[action]?.includes(prefix as never));
  const isOfSite = declaration.kind === 'http' && declaration.found;
  const own = beyondSigningIn(declaration);
  const said = { reads: prefixesIn(reads), writes: prefixesIn(writes) };
  const known = new Set<string | undefined>([
    ...said.reads,
    ...said.writes,
    ...(declaration.kind === 'http' ? OF_CALLERS : []),
    ...(isOfSite ? OF_SITES : []),
    ...OF_NOBODY,
  ]);
  return [
    ...[...said.reads].filter((prefix) => !may(READING, prefix)).map((prefix) => `reads no ${prefix}`),
    ...[...said.writes].filter((prefix) => !may(WRITING, prefix)).map((prefix) => `writes no ${prefix}`),
    ...READING.flatMap((action) => own[action] ?? [])
      .filter((prefix) => !known.has(prefix))
      .map((prefix) => `reads ${prefix} too`),
    ...WRITING.flatMap((action) => own[action] ?? [])
      .filter((prefix) => !said.writes.has(prefix) && prefix !== 'IDEMPOTENCY')
      .map((prefix) => `writes ${prefix} too`),
  ];
}

describe('the items', () => {
  it('are all that are written, under their types', () => {
    const written = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('dialects'))
      .flatMap((file) => [...readFileSync(join(ROOT, 'lib', file), 'utf8').matchAll(/\btype: ((?:'[A-Z]\w*'[ |]*)+)/g)])
      .flatMap(([, types = '']) => types.match(/[A-Z]\w*/g) ?? []);
    expect([...PREFIXES.keys()].sort()).toEqual([...new Set(written)].sort());
  });

  test.each(Object.keys(keys) as (keyof typeof keys)[])('%s has a key that no other has', (name) => {
    const texts = (Object.keys(keys) as (keyof typeof keys)[]).map((each) => Object.values(keyPattern(each)).join(' '));
    expect(texts.filter((text) => text === Object.values(keyPattern(name)).join(' '))).toHaveLength(1);
    expect(Object.values(keyPattern(name)).join(' ')).not.toMatch(/undefined|<>/);
  });

  test.each(Object.entries(ENTITIES))('%s names a file that has it', (_, { types, code }) => {
    const text = readFileSync(join(ROOT, 'lib', code), 'utf8');
    for (const type of types) {
      // The files that clear say it by the keys.
      if (!code.startsWith('cascades/')) expect(text).toContain(type);
    }
  });
});

describe('the access patterns', () => {
  it('are of functions, and name items that there are', () => {
    const names = functions.map(({ name }) => name);
    expect(Object.keys(PATTERNS).filter((name) => !names.includes(name as never))).toEqual([]);
    const texts = [...Object.values(PATTERNS), ...CALLERS.map(({ pattern }) => pattern)];
    const words = texts.flatMap(
      ({ reads = '', writes = '' }) => `${reads} ${writes}`.match(/\b[A-Z][a-z]\w*\b/g) ?? [],
    );
    expect(
      [...new Set(words)].filter((word) => !PREFIXES.has(word) && !['An', 'The', 'Of', 'No'].includes(word)),
    ).toEqual([]);
  });

  const withPattern = functions.filter(({ name }) => PATTERNS[name]);
  test.each(withPattern)('$name touches what its role allows, and all of it', ({ name, declaration }) => {
    expect(differences(declaration, PATTERNS[name] ?? {})).toEqual([]);
  });

  it('are noticed when they say too much or too little', () => {
    const declaration = functions.find(({ name }) => name === 'invitations/create')?.declaration as Declaration;
    const pattern = PATTERNS['invitations/create'] as Required<Pattern>;
    expect(differences(declaration, { ...pattern, reads: `${pattern.reads}, Site` })).toEqual(['reads no SITE']);
    expect(differences(declaration, { ...pattern, writes: `${pattern.writes}, TeamHome, Job, Charger` })).toEqual([
      'writes no SITE',
    ]);
    expect(differences(declaration, { reads: 'Counters', writes: 'AuditEntry, Invitation, Invited' })).toEqual(
      expect.arrayContaining(['reads LIMIT too', 'writes LIMIT too']),
    );
  });
});
