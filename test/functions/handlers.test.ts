import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { functions } from '../../functions/index.ts';

// The declaration names the permission. The kind of endpoint (`lib/http/for-*.ts`) reads the caller's roles and
// refuses. These tests show that no handler repeats this.

/** Code that decides a permission, or reads for such a decision. */
const DECIDES =
  /\b(mayManage|mayModerate|may|hasTeamPermission|readReach|accessPathsOf|isManaging)\(|Refusal\('forbidden'/;

/** Decisions that a declaration can't express: about other people, or about permissions that are shown. */
const UNDECLARED: Readonly<Record<string, string>> = {
  'access/explain': 'lists all members for callers who may explain all access, and only the caller for others',
  'papershift/list-teams': 'shows for each team whether the caller manages it',
  'rocketchat/add-members': 'only owners add owners',
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

test.each(sources)('$name decides no permission that its declaration can express', ({ name, source }) => {
  expect(DECIDES.test(source)).toBe(name in UNDECLARED);
});

describe.each(
  functions.flatMap(({ name, declaration }) =>
    declaration.kind === 'http' && declaration.about === 'team' ? [{ name, route: declaration.route }] : [],
  ),
)('$name', ({ name }) => {
  test("reads neither the team nor the caller's membership in it", () => {
    const { source } = sources.find((one) => one.name === name) as (typeof sources)[number];
    expect(source).not.toMatch(/\bgetTeam\(|getTeamMembership\([^)]*caller/);
  });
});
