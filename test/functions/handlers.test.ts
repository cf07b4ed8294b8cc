import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { functions } from '../../functions/index.ts';

// The declaration says who may, and the kind of endpoint (`lib/http/for-*.ts`) reads what decides it and refuses. Here it
// is shown that no handler does so, too.

/** What decides who may, and what is read for it. */
const DECIDES =
  /\b(mayManage|mayModerate|may|hasTeamPermission|readReach|accessPathsOf|isManaging)\(|Refusal\('forbidden'/;

/** What a declaration can't say: of whom a request is, beyond the caller, and what is shown of what they may. */
const BEYOND: Readonly<Record<string, string>> = {
  'access/explain': 'lists everybody to whom may explain all, and oneself to others',
  'papershift/list-teams': 'shows with each team whether the caller manages it',
  'rocketchat/add-members': 'only owners make owners',
  'rocketchat/create': 'only an ADMIN names the room',
  'rocketchat/remove-member': 'only owners remove owners',
  'rocketchat/update-member': 'only owners change owners',
};

const sources = execFileSync('git', ['ls-files', '--cached', '--others', 'functions/*/*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter(Boolean)
  .map((file) => ({
    name: file.replace(/^functions\/|\.ts$/g, ''),
    source: readFileSync(join(ROOT, file), 'utf8'),
  }));

test.each(sources)('$name decides of who may what its declaration can not say, and no more', ({ name, source }) => {
  expect(DECIDES.test(source)).toBe(name in BEYOND);
});

describe.each(
  functions.flatMap(({ name, declaration }) =>
    declaration.kind === 'http' && declaration.about === 'team' ? [{ name, route: declaration.route }] : [],
  ),
)('$name', ({ name }) => {
  test('reads neither the team nor the place of the caller in it', () => {
    const { source } = sources.find((one) => one.name === name) as (typeof sources)[number];
    expect(source).not.toMatch(/\bgetTeam\(|getTeamMembership\([^)]*caller/);
  });
});
