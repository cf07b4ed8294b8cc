import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../cdk/fingerprint.ts';

// Checks that the import rules in biome.json have effect: writes each file below into an empty project with our
// biome.json, and lints it. (`--stdin-file-path` can't be used: it always exits with 1.)

interface Layer {
  readonly file: string;
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}

/** Modules that no file of lib and functions imports. */
const NEVER = ['zod', 'zod/v4', 'aws-cdk-lib', 'vitest', '@aws-sdk/client-s3', 'node:fs'];
const SDK = ['@smithy/signature-v4', '@smithy/node-http-handler', '@aws-sdk/credential-provider-node'];
const DYNAMODB = ['@aws-sdk/client-dynamodb', '@smithy/core/retry'];
const MAIL = ['@aws-sdk/client-ses', 'nodemailer', 'nodemailer/lib/qp'];
const MIDDY = ['@middy/core', '@middy/util'];

const LAYERS: readonly Layer[] = [
  {
    file: 'lib/domain/x.ts',
    may: ['./refusal.ts', 'zod/mini', 'node:crypto', 'node:url'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../configuration.ts', '../table/read.ts', '../http/input.ts', '../email/mime.ts', '../dialects/format.ts'],
      ...['./../table/read.ts', '../../functions/index.ts', '../../cdk/config.ts', '../../packages/local/stack.ts'],
    ],
  },
  {
    file: 'lib/aws/x.ts',
    may: ['./service.ts', ...SDK, '@smithy/core/protocols', 'node:crypto'],
    mayNot: [
      ...[...NEVER, ...MAIL, ...MIDDY, '@aws-sdk/client-dynamodb', '../configuration.ts'],
      ...['../table/read.ts', '../domain/refusal.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/table/x.ts',
    may: ['./access.ts', '../domain/refusal.ts', '../configuration.ts', '../aws/service.ts', ...DYNAMODB],
    mayNot: [
      ...[...NEVER, ...SDK, ...MAIL, ...MIDDY, '../outbox/outbox.ts', '../teams/teams.ts'],
      ...['../http/input.ts', '../email/mime.ts', '../dialects/format.ts', '../../functions/index.ts'],
      ...['../../functions/me/read.ts', '../../cdk/config.ts', '../../packages/local/stack.ts'],
    ],
  },
  {
    file: 'lib/teams/x.ts',
    may: [
      ...['./teams.ts', '../organizations/members.ts', '../outbox/outbox.ts', '../email/mime.ts'],
      ...['../table/write.ts', '../domain/team.ts', '../configuration.ts'],
    ],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../http/input.ts', '../dialects/format.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/outbox/x.ts',
    may: ['./mails.ts', '../email/mime.ts', '../table/write.ts', '../domain/team.ts', '../configuration.ts'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../teams/teams.ts', '../invitations/links.ts'],
      ...['../http/input.ts', '../dialects/format.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/events/x.ts',
    may: ['./bus.ts', '../domain/refusal.ts', '../table/items.ts', '../configuration.ts', '../aws/service.ts'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../outbox/outbox.ts', '../teams/teams.ts'],
      ...['../http/input.ts', '../email/mime.ts', '../dialects/format.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/webhooks/x.ts',
    may: ['./sending.ts', '../outbox/outbox.ts', '../organizations/members.ts', '../table/items.ts', 'node:https'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../teams/teams.ts', '../email/mime.ts'],
      ...['../http/input.ts', '../dialects/format.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/email/x.ts',
    may: ['./mime.ts', '../domain/refusal.ts', '../configuration.ts', '../aws/service.ts', 'nodemailer/lib/qp'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MIDDY, '../outbox/outbox.ts', '@aws-sdk/client-ses'],
      ...['../http/input.ts', '../table/read.ts', '../table/access.ts', '../dialects/format.ts'],
      ...['../../functions/index.ts', '../../cdk/config.ts', '../../packages/local/stack.ts'],
    ],
  },
  {
    file: 'lib/dialects/x.ts',
    may: ['./dialect.ts', '../domain/refusal.ts', '../configuration.ts'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../outbox/outbox.ts'],
      ...['../http/input.ts', '../table/read.ts', '../email/mime.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/dialects/v1/x.ts',
    may: ['./schemas.ts', '../format.ts', '../../domain/refusal.ts', '../../configuration.ts', 'zod/mini'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../page/layout.ts', '../../outbox/outbox.ts'],
      ...['../../http/input.ts', '../../table/read.ts', '../../email/mime.ts', '../../../functions/index.ts'],
      ...['../../../cdk/config.ts', '../../../packages/local/stack.ts'],
    ],
  },
  {
    file: 'lib/http/x.ts',
    may: [
      ...['./input.ts', '../domain/refusal.ts', '../table/read.ts', '../dialects/format.ts', '../configuration.ts'],
      ...[...MIDDY, 'zod/mini', 'aws-lambda', 'jose/jwt/verify', 'node:crypto'],
    ],
    mayNot: [
      ...[
        ...NEVER,
        ...SDK,
        ...DYNAMODB,
        ...MAIL,
        '../email/mime.ts',
        '../outbox/outbox.ts',
        '../dialects/v1/format.ts',
      ],
      ...[
        '../../functions/index.ts',
        '../../functions/me/read.ts',
        '../../cdk/config.ts',
        '../../packages/local/stack.ts',
      ],
    ],
  },
  {
    file: 'lib/x.ts',
    may: ['./configuration.ts', './domain/refusal.ts'],
    mayNot: [
      ...['./table/read.ts', './email/mime.ts', './teams/teams.ts'],
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, './http/input.ts', './dialects/format.ts'],
      ...['../functions/index.ts', '../cdk/config.ts', '../packages/local/stack.ts'],
    ],
  },
  {
    file: 'functions/members/x.ts',
    may: [
      '../../lib/configuration.ts',
      '../../lib/http/for-member.ts',
      '../../lib/dialects/v1/format.ts',
      'zod/mini',
      './read.ts',
    ],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../me/read.ts', '../index.ts', '../../cdk/config.ts', '../../packages/local/stack.ts'],
    ],
  },
  {
    file: 'functions/index.ts',
    may: ['./members/read.ts', '../lib/http/declaration.ts'],
    mayNot: [...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../cdk/config.ts', '../packages/local/stack.ts'],
  },
  {
    file: 'cdk/x.ts',
    may: [
      './config.ts',
      './constructs/api.ts',
      '../functions/index.ts',
      '../lib/domain/limits.ts',
      'aws-cdk-lib',
      'zod',
    ],
    mayNot: [
      ...DYNAMODB,
      ...MAIL,
      ...MIDDY,
      '../packages/local/stack.ts',
      '../functions/me/read.ts',
      '../docs/openapi.ts',
    ],
  },
  {
    file: 'cdk/constructs/x.ts',
    may: ['./api.ts', '../config.ts', 'aws-cdk-lib/aws-lambda'],
    mayNot: [...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../../packages/local/stack.ts', '../../functions/me/read.ts'],
  },
  {
    file: 'packages/local/x.ts',
    may: ['./functions.ts', '../../cdk/synthesize.ts', 'node:http', 'oauth2-mock-server'],
    mayNot: [...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, '../../functions/me/read.ts'],
  },
  {
    file: 'packages/cdk/x.ts',
    may: ['../../cdk/service.ts', '../../functions/index.ts', 'aws-cdk-lib', 'esbuild', 'zod', 'node:fs'],
    mayNot: [
      ...[...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../../functions/me/read.ts', '../local/stack.ts', '../../docs/openapi.ts', '../../test/support/service.ts'],
    ],
  },
  {
    file: 'packages/invite/x.ts',
    may: [
      ...['./api.ts', '../local/stack-file.ts', '../client/src/index.ts', '../../lib/domain/address.ts'],
      ...['csv-parse', 'node:fs/promises'],
    ],
    mayNot: [
      ...[...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'zod', '../local/stack.ts', '../../cdk/config.ts'],
      ...['../../lib/table/read.ts', '../../lib/http/input.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'packages/console/src/x.ts',
    may: [
      './session.ts',
      '../../client/src/index.ts',
      '../../client/components/base.ts',
      '../../../lib/domain/roles.ts',
      'lit',
    ],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'zod/mini', 'jose', 'react'],
      ...['../../../lib/http/token.ts', '../../../functions/index.ts', '../../local/stack.ts'],
    ],
  },
  {
    file: 'lib/console/x.ts',
    may: ['./files.ts', 'node:fs', 'node:path', 'node:zlib'],
    mayNot: [
      ...[...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'zod', 'aws-cdk-lib', 'vitest'],
      ...['../table/read.ts', '../domain/roles.ts', '../http/input.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'packages/client/src/x.ts',
    may: ['./errors.ts', './generated/types.ts'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'node:crypto', 'zod/mini', 'jose'],
      ...['../../pack.ts', '../../../lib/domain/roles.ts', '../../../functions/index.ts', '../../cdk/index.ts'],
    ],
  },
  {
    file: 'packages/client/components/x.ts',
    may: [
      ...['./texts.ts', '../src/index.ts', '../../../lib/domain/color.ts', '../../invite/rows.ts'],
      ...['lit', 'lit/directives/repeat.js', 'csv-parse/browser/esm/sync'],
    ],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'node:crypto', 'zod/mini', 'csv-parse', 'csv-parse/sync'],
      ...['../src/transport.ts', '../../invite/sheet.ts', '../../../lib/table/read.ts', '../../local/stack.ts'],
    ],
  },
  {
    file: 'cdk/operator/x.ts',
    may: [
      ...['./connect.ts', '../fingerprint.ts', '../../packages/local/stack-file.ts', '../../lib/domain/address.ts'],
      ...['../../lib/table/read.ts', '../../lib/people/rebinding.ts'],
      ...['../../lib/consistency/check.ts', '../../lib/transfer/import.ts'],
    ],
    mayNot: [
      ...[...SDK, ...DYNAMODB, ...MAIL, ...MIDDY, 'zod', '../../packages/local/stack.ts', '../config.ts'],
      ...['../../lib/http/input.ts', '../../lib/teams/teams.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/consistency/x.ts',
    may: ['./rule.ts', '../teams/teams.ts', '../people/people.ts', '../table/scan.ts', '../domain/team.ts'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../http/input.ts', '../outbox/outbox.ts', '../email/mime.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'lib/transfer/x.ts',
    may: ['./form.ts', '../consistency/rule.ts', '../table/scan.ts', '../domain/ids.ts', 'node:crypto'],
    mayNot: [
      ...[...NEVER, ...SDK, ...DYNAMODB, ...MAIL, ...MIDDY],
      ...['../teams/teams.ts', '../http/input.ts', '../outbox/outbox.ts', '../../functions/index.ts'],
    ],
  },
  {
    file: 'docs/x.ts',
    may: ['./openapi.ts', '../functions/index.ts', '../lib/http/refusals.ts', 'zod/mini', 'node:fs'],
    mayNot: ['zod', '../functions/me/read.ts', '../cdk/config.ts', '../packages/local/stack.ts', 'aws-cdk-lib'],
  },
  {
    file: 'test/x.test.ts',
    may: ['../functions/index.ts', '../packages/local/stack.ts', '../docs/generate.ts', 'zod/mini', ...DYNAMODB],
    mayNot: [],
  },
];

/** Every form of import. */
const FORMS = [
  "import 'zod';",
  "import * as z from 'zod';",
  "import { object } from 'zod';",
  "import type { ZodType } from 'zod';",
  "export * from 'zod';",
  "export { string } from 'zod';",
  "export const later = () => import('zod');",
];

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    LAYERS.map(({ file, may, mayNot }) => [file, [...may, ...mayNot].map((from) => `import '${from}';`)]),
  ),
  'lib/domain/forms.ts': FORMS,
  'lib/table/here.ts': ["import { there } from './there.ts';", 'export const here = () => there;'],
  'lib/table/there.ts': ["import { here } from './here.ts';", 'export const there = () => here;'],
  'lib/table/value.ts': ["import type { Kind } from './kind.ts';", 'export const value = {} as Kind;'],
  'lib/table/kind.ts': ["import type { value } from './value.ts';", 'export type Kind = typeof value;'],
  'lib/table/alone.ts': ["import { there } from './there.ts';", 'export const alone = there;'],
};

interface Diagnostic {
  readonly category: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

let project: string;
let diagnostics: readonly Diagnostic[];

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'import-rules-'));
  for (const file of ['biome.json', '.gitignore']) copyFileSync(join(ROOT, file), join(project, file));
  for (const [file, lines] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), `${lines.join('\n')}\n`);
  }
  diagnostics = lint();
});

afterAll(() => rmSync(project, { recursive: true }));

/** Returns Biome's diagnostics of the project. Biome exits with 1 if there are errors, so only its output counts. */
function lint(): readonly Diagnostic[] {
  const biome = join(ROOT, 'node_modules', '.bin', 'biome');
  const options = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  let output: string;
  try {
    output = execFileSync(biome, options, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  return JSON.parse(output).diagnostics;
}

/** Returns the lines of a file for which Biome reports an error of a rule. */
function refusedLines(file: string, rule: string): string[] {
  return diagnostics
    .filter(({ category, severity, location }) => {
      return category === rule && severity === 'error' && location.path === file;
    })
    .map(({ location }) => SOURCES[file]?.[location.start.line - 1] ?? '');
}

describe('imports', () => {
  it.each(LAYERS)('of $file are limited to the allowed modules', ({ file, mayNot }) => {
    const refused = refusedLines(file, 'lint/style/noRestrictedImports');
    expect(refused.sort()).toEqual(mayNot.map((from) => `import '${from}';`).sort());
  });

  it('are checked in every form', () => {
    expect(refusedLines('lib/domain/forms.ts', 'lint/style/noRestrictedImports').sort()).toEqual([...FORMS].sort());
  });

  it.each(['here', 'there', 'value', 'kind'])('of %s.ts are refused because they form a cycle', (name) => {
    expect(refusedLines(`lib/table/${name}.ts`, 'lint/suspicious/noImportCycles')).toHaveLength(1);
  });

  it('of a file outside a cycle are allowed', () => {
    expect(refusedLines('lib/table/alone.ts', 'lint/suspicious/noImportCycles')).toEqual([]);
  });

  it('of scans are left to what operators invoke', () => {
    const files = execFileSync('git', ['grep', '-l', '/scan.ts', '--', 'lib', 'functions', 'cdk', 'packages'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(
      files
        .trim()
        .split('\n')
        .filter((file) => !/^(lib\/(consistency|transfer)|cdk\/operator)\//.test(file)),
    ).toEqual([]);
  });
});
