import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { CONFIGURATIONS, synthesizeConfiguration } from './configurations.ts';

// Each deployed function gets the variables that its own bundle reads, and no others.

const directory = mkdtempSync(join(tmpdir(), 'environment-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Lambda {
  readonly Description: string;
  readonly Environment?: { readonly Variables: object };
}

/** The variables of each function, by its name. */
const variables = new Map<string, readonly string[]>();
beforeAll(async () => {
  const bundles = join(await synthesize(), 'functions');
  const { files } = synthesizeConfiguration(CONFIGURATIONS['everything on'], directory, bundles);
  for (const file of files) {
    for (const { Type, Properties } of Object.values<{ Type: string; Properties: Lambda }>(
      JSON.parse(readFileSync(file, 'utf8')).Resources,
    )) {
      if (Type !== 'AWS::Lambda::Function') continue;
      variables.set(Properties.Description, Object.keys(Properties.Environment?.Variables ?? {}));
    }
  }
});

/** Returns the functions that get a variable. */
const having = (variable: string) => [...variables].filter(([, each]) => each.includes(variable)).map(([name]) => name);

test('the addresses that may create organizations are only in the function that creates them', () => {
  expect(having('ORGANIZATION_CREATORS')).toEqual(['organizations/create']);
});

test('the permissions of the application are only in the functions that tell them', () => {
  expect(having('APPLICATION_PERMISSIONS')).toEqual(['access/check', 'sessions/create']);
});

test('the deployed APIs are only in the functions for unknown paths and of the console', () => {
  expect(having('DIALECTS').sort()).toEqual(['console/page', 'fallback/refuse']);
});

test('the settings of an invitee’s way are only in the functions that lead there', () => {
  expect(having('SIGN_UP_URL')).toEqual(['pages/accept', 'pages/invitation']);
  expect(having('REDIRECT_ORIGINS').sort()).toEqual([
    ...['invitations/bulk', 'invitations/create', 'pages/accept', 'pages/ask', 'pages/decline', 'pages/invitation'],
  ]);
  expect(having('ROLE_LABELS').sort()).toEqual([
    ...[
      'invitations/create',
      'invitations/resend',
      'members/import',
      'pages/ask',
      'pages/invitation',
      'roles/list',
      'scheduled/sweep',
    ],
  ]);
});

test('settings are in every function that reads them', () => {
  expect(having('TABLE_NAME').length).toBeGreaterThan(100);
  expect(variables.get('invitations/create')).toEqual(
    expect.arrayContaining(['MAIL_CONFIGURATION_SET', 'MAIL_FROM', 'PUBLIC_URL', 'LIMITS', 'TOKEN_ISSUER']),
  );
});
