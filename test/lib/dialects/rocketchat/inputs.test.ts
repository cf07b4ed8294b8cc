import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import * as inputs from '../../../../lib/dialects/rocketchat/inputs.ts';

/** Recorded results of ajv 8.20 with the schemas of `@rocket.chat/rest-typings` 8.8.1 and Rocket.Chat's options. */
const recorded: readonly { input: keyof typeof inputs; sent: unknown; taken?: unknown; error?: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/rocketchat-inputs.json', import.meta.url), 'utf8'),
);

const schemas = new Map(Object.entries(inputs) as [string, unknown][]);

test.each(Object.entries(Object.groupBy(recorded, ({ input }) => input)))(
  '%s accepts, coerces and refuses input as Rocket.Chat does',
  (name, rows) => {
    const schema = schemas.get(name) as typeof inputs.CreateBody;
    for (const { sent, taken, error } of rows) {
      const read = z.safeParse(schema, sent);
      const text = read.error?.issues.map(({ message }) => message).join('\n ');
      expect([text, read.data], JSON.stringify(sent)).toEqual([error, taken]);
    }
  },
);

test('every input is recorded, except the one that Rocket.Chat doesn’t validate', () => {
  const named = Object.keys(inputs).filter((name) => /(Body|Query)$/.test(name));
  expect(named.filter((name) => !recorded.some(({ input }) => input === name))).toEqual(['ListQuery']);
});

test('properties of Object.prototype are refused as additional properties', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const sent = JSON.parse(`{"name":"x","type":0,"${name}":1}`);
    expect(z.safeParse(inputs.CreateBody, sent).error?.issues[0]?.message).toBe('must NOT have additional properties');
  }
});
