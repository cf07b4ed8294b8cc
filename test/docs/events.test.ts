import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { eventRegistry, eventSchemas, eventsPage, exampleOf } from '../../docs/events.ts';
import { ALL_EVENT_TYPES } from '../../lib/domain/event.ts';
import { eventSchema } from '../../lib/domain/event-schemas.ts';
import { once } from '../support/once.ts';

type Json = Record<string, unknown>;

const page = once(eventsPage);

test.each(ALL_EVENT_TYPES)('the example of %s is such an event, and is in the catalogue', (type) => {
  const example = exampleOf(type);
  expect(z.safeParse(eventSchema(type), example).error?.issues ?? []).toEqual([]);
  expect(page()).toContain(`\n### ${type}\n\n\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\`\n`);
  expect(page()).toContain(`| \`${type}\` | `);
});

test('the JSON Schema has each type, open to new fields', () => {
  const { oneOf, $defs } = eventSchemas() as { oneOf: { $ref: string }[]; $defs: Record<string, Json> };
  expect(oneOf.map(({ $ref }) => $ref)).toEqual(ALL_EVENT_TYPES.map((type) => `#/$defs/${type}`));
  expect(Object.keys($defs)).toEqual(ALL_EVENT_TYPES);
  expect(JSON.stringify($defs)).not.toContain('additionalProperties');
});

test('the registry has an OpenAPI document of each type, which EventBridge finds by source and detail-type', () => {
  const documents = Object.entries(eventRegistry() as Record<string, Json>);
  expect(documents).toHaveLength(ALL_EVENT_TYPES.length);
  for (const [index, [name, document]] of documents.entries()) {
    const [source, title = ''] = name.split('@');
    const { openapi, info, components } = document as {
      openapi: string;
      info: { title: string };
      components: { schemas: Record<string, Json & { properties: Json }> };
    };
    expect([openapi, info.title, Object.keys(components.schemas)]).toEqual(['3.0.0', title, ['AWSEvent', title]]);
    const envelope = components.schemas.AWSEvent;
    expect(envelope).toMatchObject({
      'x-amazon-events-source': source,
      'x-amazon-events-detail-type': ALL_EVENT_TYPES[index],
      properties: { detail: { $ref: `#/components/schemas/${title}` } },
    });
    // OpenAPI 3.0 knows no constants and no definitions within.
    expect(JSON.stringify(document)).not.toMatch(/"(const|\$defs|\$schema)"/);
  }
});
