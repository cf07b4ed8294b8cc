import * as z from 'zod/mini';
import { ALL_EVENT_TYPES, EVENT_SOURCE, type EventType } from '../lib/domain/event.ts';
import { ACTORS, declarationOf, eventSchema } from '../lib/domain/event-schemas.ts';
import { GENERATED, page, table } from './markdown.ts';

type Json = Record<string, unknown>;

/** The dialects of JSON Schema that are written. */
type Target = 'draft-2020-12' | 'openapi-3.0';

/** Returns the JSON Schema of the events of a type. It allows further fields, because events may get new ones. */
function schemaOf(type: EventType, target: Target): Json {
  const { $schema, ...json } = z.toJSONSchema(eventSchema(type), {
    target,
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.format) delete jsonSchema.pattern;
      for (const limit of ['minimum', 'maximum'] as const) {
        if (Math.abs(Number(jsonSchema[limit])) === Number.MAX_SAFE_INTEGER) delete jsonSchema[limit];
      }
    },
  });
  return { title: type, description: declarationOf(type).when, ...json };
}

/** Returns `docs/events.json`: the JSON Schema of an event, which is the `detail` on the bus and the body of a webhook. */
export function eventSchemas(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Event',
    oneOf: ALL_EVENT_TYPES.map((type) => ({ $ref: `#/$defs/${type}` })),
    $defs: Object.fromEntries(ALL_EVENT_TYPES.map((type) => [type, schemaOf(type, 'draft-2020-12')])),
  };
}

/** The fields that EventBridge puts around an event. */
const ENVELOPE = {
  version: { type: 'string' },
  id: { type: 'string' },
  'detail-type': { type: 'string' },
  source: { type: 'string' },
  account: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  region: { type: 'string' },
  resources: { type: 'array', items: { type: 'string' } },
};

/**
 * Returns `docs/event-registry.json`: the schemas in the form of EventBridge's registry, OpenAPI 3.0, each with the name
 * that EventBridge's own discovery would give it.
 */
export function eventRegistry(): Json {
  return Object.fromEntries(
    ALL_EVENT_TYPES.map((type) => {
      const name = nameOf(type);
      return [
        `${EVENT_SOURCE}@${name}`,
        {
          openapi: '3.0.0',
          info: { version: '1.0.0', title: name },
          paths: {},
          components: {
            schemas: {
              AWSEvent: {
                type: 'object',
                required: [
                  'detail-type',
                  'resources',
                  'detail',
                  'id',
                  'source',
                  'time',
                  'region',
                  'version',
                  'account',
                ],
                'x-amazon-events-detail-type': type,
                'x-amazon-events-source': EVENT_SOURCE,
                properties: { detail: { $ref: `#/components/schemas/${name}` }, ...ENVELOPE },
              },
              [name]: schemaOf(type, 'openapi-3.0'),
            },
          },
        },
      ];
    }),
  );
}

/** Returns the name of the schema of a type: `InvitationDeliveryFailed`. */
function nameOf(type: EventType): string {
  return type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns `docs/events.md`: the catalogue. */
export function eventsPage(): string {
  return page(
    '# Catalogue of events',
    GENERATED,
    "Every change in the audit log is also an event, on [a bus](eventbridge.md). This page lists all of them. [events.json](events.json) has their JSON Schema, [event-registry.json](event-registry.json) the same in the form of EventBridge's schema registry.",
    'Events have ids, never names or addresses. New fields may appear at any time, also in `before` and `after`; a change that could break a receiver gets another `version`. `...?` is a field that not every event has.',
    '## Fields',
    table(
      ['field', 'contents'],
      [
        ['`id`', 'the id of the entry in the audit log. Each delivery of the same event has it'],
        ['`type`', 'what happened; on the bus also the `detail-type`'],
        ['`version`', 'the version of the form: 1'],
        ['`time`', 'when it happened, ISO 8601 in UTC, with milliseconds'],
        [
          '`organizationId`',
          'the organization in whose audit log it is. A change that two organizations see is two events',
        ],
        [
          '`actor`',
          `who did it: ${Object.entries(ACTORS)
            .map(([type, who]) => `\`${type}\` (${who})`)
            .join(', ')}`,
        ],
        ['`resource`', 'what it is about'],
        ['`before`, `after`', 'the changed values, where the tables below have some'],
        ['`requestId`', 'the id of the request, as in the logs'],
      ],
    ),
    ...groups().flatMap(([resource, types]) => [
      `## ${resource}`,
      table(
        ['type', 'when', '`before`', '`after`'],
        types.map((type) => [`\`${type}\``, declarationOf(type).when, shapeOf(type, 'before'), shapeOf(type, 'after')]),
      ),
    ]),
    '## Examples',
    ...ALL_EVENT_TYPES.flatMap((type) => [
      `### ${type}`,
      `\`\`\`json\n${JSON.stringify(exampleOf(type), null, 2)}\n\`\`\``,
    ]),
  );
}

/** Returns the types by the first part of their names. */
function groups(): [string, EventType[]][] {
  return [...Map.groupBy(ALL_EVENT_TYPES, (type) => type.split('.')[0] as string)];
}

/** Returns the fields of `before` or `after`, with `?` after those that may be missing. */
function shapeOf(type: EventType, where: 'before' | 'after'): string {
  const { properties = {}, required = [] } = schemaOf(type, 'draft-2020-12') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const schema = properties[where];
  return schema ? `${fieldsOf(schema)}${required.includes(where) ? '' : ', or none'}` : '';
}

function fieldsOf({ anyOf, properties = {}, required = [] }: Json & { anyOf?: Json[] }): string {
  if (anyOf) return anyOf.map(fieldsOf).join('; or ');
  const mandatory = required as string[];
  const names = Object.keys(properties as Json).map((name) => `\`${name}${mandatory.includes(name) ? '' : '?'}\``);
  return names.join(', ');
}

/** Returns an event of a type, with all its fields. */
export function exampleOf(type: EventType): unknown {
  return exampleIn(schemaOf(type, 'draft-2020-12'), '');
}

/** Examples of texts that no schema describes further. */
const TEXTS: Readonly<Record<string, string>> = {
  requestId: '5f4c0f0e-8f3c-4f0a-9a52-0f6f8a9c1d2e',
  reason: 'Permanent/General 5.1.1',
  item: 'ORG#org_01jd5hk3m2p8q4r6s0t1u3v5a7 COUNT#3',
  what: 'members',
};

/** @param name the name of the field with the value */
function exampleIn(schema: Json & { anyOf?: Json[]; enum?: unknown[]; items?: Json }, name: string): unknown {
  if (schema.anyOf) return exampleIn(schema.anyOf[0] as Json, name);
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([field, of]) => [
          field,
          // The first kind of actors is a person.
          name === 'actor' && field === 'id' ? idWith('usr') : exampleIn(of, field),
        ]),
      );
    case 'array':
      return [exampleIn(schema.items as Json, name)];
    case 'integer':
      return 2;
    case 'boolean':
      return false;
  }
  if (schema.format === 'date-time')
    return name === 'expiresAt' ? '2026-12-05T09:30:00.000Z' : '2026-11-28T09:30:00.000Z';
  const [, prefix] = /^\^(\w+)_/.exec(String(schema.pattern ?? '')) ?? [];
  return prefix ? idWith(prefix) : (TEXTS[name] ?? 'text');
}

/** Returns an id with a prefix, as long as ids of its kind. */
function idWith(prefix: string): string {
  return `${prefix}_01jd5hk3m2p8q4r6s0t1u3v5a7`.slice(0, prefix.length + 1 + (SHORT.has(prefix) ? 20 : 26));
}
const SHORT = new Set(['team', 'site', 'chg']);
