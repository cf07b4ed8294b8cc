import { expect, test } from 'vitest';
import { LANGUAGES } from '../../../lib/domain/language.ts';
import { roleWords } from '../../../lib/domain/role-words.ts';
import { ROLES } from '../../../lib/domain/roles.ts';

test('roles have names of their own in each language, in English those of the API', () => {
  for (const language of LANGUAGES) {
    const names = ROLES.map((role) => roleWords(role, language, {}).name);
    expect(new Set(names).size).toBe(ROLES.length);
  }
  expect(ROLES.map((role) => roleWords(role, 'en', {}).name.toUpperCase())).toEqual([...ROLES]);
});

test('a label of the deployment replaces the name, in its language first', () => {
  const labels = { USER: { en: 'Technician', de: 'Techniker' }, VIEWER: { de: 'Gast' } };
  const name = (role: 'USER' | 'VIEWER' | 'ADMIN', language: 'en' | 'de') => roleWords(role, language, labels).name;
  expect([name('USER', 'en'), name('USER', 'de')]).toEqual(['Technician', 'Techniker']);
  expect([name('VIEWER', 'en'), name('VIEWER', 'de')]).toEqual(['Gast', 'Gast']);
  expect([name('ADMIN', 'en'), name('ADMIN', 'de')]).toEqual(['Admin', 'Admin']);
  expect(roleWords('USER', 'en', labels).can).toBe(roleWords('USER', 'en', {}).can);
});
