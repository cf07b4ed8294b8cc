import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleDirectory } from '../../../cdk/bundling/directory.ts';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { synthesize } from '../../../cdk/synthesize.ts';
import { functions } from '../../../functions/index.ts';

const KB = 1000;
const load = createRequire(import.meta.url);

describe('the bundle of', () => {
  let bundles: string;
  beforeAll(async () => {
    bundles = join(await synthesize(), 'functions');
  });
  const fileOf = (name: string) => join(bundleDirectory(bundles, name), 'index.cjs');

  it.each(functions)('$name exports only the handler', ({ name }) => {
    expect(load(fileOf(name))).toEqual({ handler: expect.any(Function) });
  });

  it.each(functions)('$name leaves out the schemas of answers: only documents and tests need them', ({ name }) => {
    const source = readFileSync(join(ROOT, 'functions', `${name}.ts`), 'utf8');
    const [returns = ''] = /^export const returns = .*?;$/ms.exec(source) ?? [];
    expect(returns.replaceAll(/\/\* @__PURE__ \*\/ \w+\(/g, '')).not.toContain('(');
  });

  it.each(functions)('$name stays within its size limit', ({ name, declaration }) => {
    expect(statSync(fileOf(name)).size).toBeLessThanOrEqual((declaration.email ? 185 : 168) * KB);
  });
});
