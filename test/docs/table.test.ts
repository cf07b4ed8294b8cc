import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { COSTS } from '../../docs/costs.ts';
import { ENTITIES, keyPattern, PREFIXES } from '../../docs/entities.ts';
import { CALLERS } from '../../docs/table-page.ts';
import { keys } from '../../lib/table/keys.ts';
import { typesOf } from '../support/item-types.ts';

// Checks what docs/table.md says beyond the declarations against keys and items.

describe('the items', () => {
  it('are the items that the code writes, by type', () => {
    const written = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('dialects'))
      .flatMap((file) => [...readFileSync(join(ROOT, 'lib', file), 'utf8').matchAll(/\btype: ((?:'[A-Z]\w*'[ |]*)+)/g)])
      .flatMap(([, types = '']) => types.match(/[A-Z]\w*/g) ?? []);
    expect([...PREFIXES.keys()].sort()).toEqual([...new Set(written)].sort());
  });

  test.each(Object.keys(keys) as (keyof typeof keys)[])('%s has a unique key pattern', (name) => {
    const texts = (Object.keys(keys) as (keyof typeof keys)[]).map((each) => Object.values(keyPattern(each)).join(' '));
    expect(texts.filter((text) => text === Object.values(keyPattern(name)).join(' '))).toHaveLength(1);
    expect(Object.values(keyPattern(name)).join(' ')).not.toMatch(/undefined|<>/);
  });

  test.each(Object.entries(ENTITIES))('%s names the file with its code', (_, { types, code }) => {
    const text = readFileSync(join(ROOT, 'lib', code), 'utf8');
    for (const type of types) {
      // Files of cascades name keys instead of types.
      if (!code.startsWith('cascades/')) expect(text).toContain(type);
    }
  });
});

describe('the access patterns', () => {
  it('name existing item types', () => {
    const words = CALLERS.flatMap(({ reads, writes }) => `${reads} ${writes}`.match(/\b[A-Z][a-z]\w*\b/g) ?? []);
    expect(words.filter((word) => !PREFIXES.has(word) && !['An', 'The'].includes(word))).toEqual([]);
    const types = Object.values(COSTS).flatMap((cost) => [...(cost?.reads ?? []), ...(cost?.writes ?? [])]);
    expect(types.filter((type) => !PREFIXES.has(type))).toEqual([]);
  });

  it('resolve a key to its item types', () => {
    expect(typesOf('ORG#o|TEAM#t')).toEqual(['Team']);
    expect(typesOf('USER#u|TEAM#*')).toEqual(['TeamOfUser']);
    // A site and its teams sort after the site's other items.
    expect(typesOf('SITE#s|>SIT')).toEqual(['Site', 'SiteAccess']);
    expect(typesOf('AUDIT#o#2026-11')).toEqual(['AuditEntry']);
    expect(typesOf('HEALTH#table|HEALTH')).toEqual([]);
    expect(() => typesOf('ORG#o|NOTHING#n')).toThrow('docs/entities.ts');
  });
});
