import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { commentOf } from '../../docs/comments.ts';
import { COMPONENTS } from '../../docs/components.ts';
import { fieldsOf } from '../../docs/descriptions.ts';
import { FIELDS } from '../../docs/fields.ts';
import { documents, staleDocuments } from '../../docs/generate.ts';
import { OPENAPI_FILES, openapi } from '../../docs/openapi.ts';
import { statusesOf } from '../../docs/refusals.ts';
import { contents, functions } from '../../functions/index.ts';
import { dialectOf } from '../../lib/dialects/dialect.ts';
import { REFUSALS } from '../../lib/domain/refusal.ts';
import { PERMISSIONS } from '../../lib/domain/roles.ts';
import { refusalsOf } from '../../lib/http/refusals.ts';
import { once } from '../support/once.ts';

/** The documents of one run. */
const first = once(documents);

describe('the documents', () => {
  it('are up to date: npm run docs updates them', () => {
    expect(staleDocuments(ROOT)).toEqual([]);
  });

  it('are reported when they are stale or missing', () => {
    const directory = mkdtempSync(join(tmpdir(), 'docs-'));
    try {
      mkdirSync(join(directory, 'docs'));
      copyFileSync(join(ROOT, 'docs', 'errors.md'), join(directory, 'docs', 'errors.md'));
      writeFileSync(join(directory, 'docs', 'endpoints.md'), '# Endpoints\n');
      expect(staleDocuments(directory)).toEqual([
        ...Object.keys(OPENAPI_FILES).map((file) => `docs/${file}.json`),
        'docs/endpoints.md',
        ...['docs/events.json', 'docs/event-registry.json', 'docs/events.md', 'docs/table.md'],
        ...['packages/client/src/generated/methods.ts', 'packages/client/src/generated/types.ts'],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are the same in every run', () => {
    expect(documents()).toEqual(first());
  });

  it('name every function, permission and refusal', () => {
    const { 'docs/endpoints.md': endpoints = '', 'docs/errors.md': errors = '', 'docs/table.md': chart = '' } = first();
    for (const { name } of functions) {
      expect(endpoints).toContain(`(../functions/${name}.ts)`);
      expect(chart).toContain(`(../functions/${name}.ts)`);
    }
    for (const permission of Object.keys(PERMISSIONS)) expect(endpoints).toContain(`| \`${permission}\` |`);
    for (const [code, status] of Object.entries(REFUSALS)) expect(errors).toContain(`| \`${code}\` | ${status} |`);
  });
});

describe('the table of contents', () => {
  it('has every module of functions, by its path', () => {
    const files = readdirSync(join(ROOT, 'functions'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));
    expect(Object.keys(contents)).toEqual(files.sort());
  });

  test.each(functions)('$name says what it does', ({ name }) => {
    expect(commentOf(name).summary).toMatch(/^[A-Z].+[.!?]$/s);
  });

  test.each(functions)('$name has the dialect of its path', ({ declaration }) => {
    if (declaration.kind === 'http') {
      expect(declaration.dialect).toBe(dialectOf(declaration.route.split(' ')[1] ?? ''));
    }
  });
});

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly $ref?: string; readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, object>>;
}
interface Media {
  readonly type: string;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, object>>;
}

const FILES = Object.keys(OPENAPI_FILES) as (keyof typeof OPENAPI_FILES)[];

it('docs/fields.ts has no unused descriptions', () => {
  const texts = new Set(FILES.flatMap((file) => [...fieldsOf(openapi(file)).texts]));
  expect(texts.size).toBeGreaterThan(100);
  expect(Object.entries(FIELDS).filter(([, text]) => !texts.has(text))).toEqual([]);
});

it('docs/components.ts has the named schemas, and no others', () => {
  const names = FILES.flatMap((file) => Object.keys((openapi(file) as unknown as Document).components.schemas ?? {}));
  expect(Object.keys(COMPONENTS).sort()).toEqual([...new Set(names)].sort());
});

it('each dialect has one OpenAPI document', () => {
  const dialects = functions.flatMap(({ declaration }) => (declaration.kind === 'http' ? [declaration.dialect] : []));
  expect(FILES.flatMap((file): string[] => [...OPENAPI_FILES[file].dialects]).sort()).toEqual(
    [...new Set(dialects)].sort(),
  );
});

describe.each(FILES)('%s.json', (file) => {
  const document = openapi(file) as unknown as Document;
  const dialects: readonly string[] = OPENAPI_FILES[file].dialects;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );
  const operationOf = new Map(operations.map(({ route, operation }) => [route, operation]));

  it('has every route', () => {
    const routes = functions.flatMap(({ declaration }) =>
      declaration.kind === 'http' && declaration.route !== '$default' && dialects.includes(declaration.dialect)
        ? [declaration.route]
        : [],
    );
    expect([...operationOf.keys()].sort()).toEqual([...routes].sort());
  });

  test.each(Object.entries(contents))('has every status of %s', (_, module) => {
    if (!('endpoint' in module) || module.endpoint.route === '$default') return;
    if (!dialects.includes(module.endpoint.dialect)) return;
    const { responses } = operationOf.get(module.endpoint.route) as Operation;
    const { endpoint } = module;
    const refused = refusalsOf(endpoint).flatMap((code) => statusesOf(endpoint.dialect, code));
    const answered = Object.keys(module.returns);
    // Some endpoints of Rocket.Chat's dialect only refuse.
    const mayOnlyRefuse = endpoint.dialect === 'rocketchat' && answered.length === 0;
    if (!mayOnlyRefuse) expect(answered.filter((status) => /^[23]/.test(status))).not.toEqual([]);
    expect(Object.keys(responses).sort()).toEqual([...new Set([...answered, ...refused.map(String)])].sort());
  });

  it('has no dangling references and no unused components', () => {
    const referred = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to]) => to));
    const { securitySchemes, ...components } = document.components;
    const present = Object.entries(components).flatMap(([kind, some]) =>
      Object.keys(some).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...referred].sort()).toEqual(present.sort());
    const ofRocketChat = dialects.includes('rocketchat') ? ['authToken', 'userId'] : [];
    expect(Object.keys(securitySchemes ?? {})).toEqual(['bearer', ...ofRocketChat]);
    // OpenAPI limits the characters in component names.
    expect(present.filter((name) => !/^#\/components\/\w+\/[A-Za-z0-9._-]+$/.test(name))).toEqual([]);
  });

  it('declares the parameters of each path, and has unique operation ids', () => {
    for (const { route, operation } of operations) {
      const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
    }
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes each parameter and each response', () => {
    const { components } = document;
    const described = [
      ...Object.values(components.responses ?? {}),
      ...Object.values(components.parameters ?? {}),
      ...operations.flatMap(({ operation: { parameters = [], responses } }) => [
        ...parameters,
        ...Object.values(responses),
      ]),
    ].filter((one) => !('$ref' in one));
    for (const one of described) expect(one).toHaveProperty('description', expect.stringMatching(/./));
  });

  it('describes each field', () => {
    expect(fieldsOf(openapi(file)).undescribed).toEqual([]);
  });

  it('has an example for each body and for each refusal code', () => {
    const media = (node: unknown): Media[] => {
      if (typeof node !== 'object' || node === null) return [];
      return Object.entries(node).flatMap(([key, value]) =>
        key === 'content' ? Object.entries<Media>(value).map(([type, each]) => ({ ...each, type })) : media(value),
      );
    };
    const all = [...media(document.paths), ...media(document.components)].filter(({ type }) => type !== 'text/html');
    expect(all.length).toBeGreaterThan(20);
    for (const { example, examples = {} } of all) {
      expect([example, ...Object.values(examples).map(({ value }) => value)].filter(Boolean)).not.toEqual([]);
    }
    for (const { endpoint } of Object.values(contents).flatMap((module) => ('endpoint' in module ? [module] : []))) {
      if (endpoint.route === '$default' || endpoint.dialect === 'page' || !dialects.includes(endpoint.dialect))
        continue;
      const operation = operationOf.get(endpoint.route) as Operation;
      const responses = Object.values(operation.responses).map((response) => {
        const { $ref } = response as { $ref?: string };
        return $ref ? document.components.responses?.[$ref.split('/').at(-1) as keyof object] : response;
      });
      const codes = media(responses).flatMap(({ examples = {} }) => Object.keys(examples));
      expect(codes.sort()).toEqual(expect.arrayContaining([...refusalsOf(endpoint)].sort()));
    }
  });

  it('describes each tag', () => {
    const tags = (document as unknown as { tags: { name: string; description: string }[] }).tags;
    expect([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()).toEqual(
      tags.map(({ name }) => name).sort(),
    );
    for (const { description } of tags) expect(description).toMatch(/\.(md\.)?$/);
  });
});
