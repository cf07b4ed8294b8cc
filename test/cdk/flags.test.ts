import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { FLAGS } from './assembled.ts';
import { CONFIGURATIONS, synthesizeConfiguration } from './configurations.ts';

// The feature flags of CDK in cdk.json are those of the recommended ones that change our templates.

/** One function of each kind, and one that sends mails. */
const SOME = ['invitations/create', 'pages/invitation', 'scheduled/sweep', 'events/mail', 'fallback/refuse'];

/** Flags about the CLI and its reports, which don't change templates. */
const REPORTS = ['@aws-cdk/core:enableAdditionalMetadataCollection', '@aws-cdk/core:annotationsInValidationReport'];

interface Flag {
  readonly recommendedValue: unknown;
  readonly introducedIn: { readonly v2?: string };
}

// CDK doesn't export its list.
const library = dirname(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
const features = await import(join(library, 'cx-api', 'lib', 'features.js'));
const known: Readonly<Record<string, Flag>> = features.default.FLAGS;
const expired: readonly string[] = features.default.CURRENT_VERSION_EXPIRED_FLAGS;
const recommended = Object.fromEntries(
  Object.entries(known)
    .filter(([name, flag]) => flag.introducedIn.v2 !== undefined && !expired.includes(name) && !REPORTS.includes(name))
    .map(([name, flag]) => [name, flag.recommendedValue]),
);

const directory = mkdtempSync(join(tmpdir(), 'flags-'));
afterAll(() => rmSync(directory, { recursive: true }));
let bundles: string;
beforeAll(async () => {
  bundles = join(await synthesize(), 'functions');
});

let count = 0;
/** Returns the text of all templates of a configuration. */
function templates(name: keyof typeof CONFIGURATIONS, context: Readonly<Record<string, unknown>>): string {
  count += 1;
  const outdir = join(directory, String(count));
  const { files } = synthesizeConfiguration(CONFIGURATIONS[name], outdir, bundles, SOME, context);
  return files.map((file) => readFileSync(file, 'utf8')).join('\n');
}

describe('feature flags', () => {
  it('have their recommended values', () => {
    expect(Object.keys(recommended).length).toBeGreaterThan(40);
    expect(recommended).toMatchObject(FLAGS);
  });

  it.each(Object.keys(CONFIGURATIONS) as (keyof typeof CONFIGURATIONS)[])(
    'that are recommended and not set would change no template with %s',
    (name) => {
      const set = templates(name, FLAGS);
      expect(templates(name, recommended) === set).toBe(true);
    },
  );

  it('that are set change a template, except the one for the validator', () => {
    const names = Object.keys(CONFIGURATIONS) as (keyof typeof CONFIGURATIONS)[];
    for (const flag of Object.keys(FLAGS).filter((each) => each !== '@aws-cdk/core:validateAgainstDefaultRules')) {
      const { [flag]: _, ...others } = FLAGS;
      expect(
        names.some((name) => templates(name, others) !== templates(name, FLAGS)),
        flag,
      ).toBe(true);
    }
  });
});
