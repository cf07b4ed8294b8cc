import * as z from 'zod/mini';
import { ChangedTeamBody, NewTeamBody, PutTeamBody } from '../lib/dialects/papershift/document.ts';
import * as papershift from '../lib/dialects/papershift/schemas.ts';
import * as rocketchat from '../lib/dialects/rocketchat/schemas.ts';
import * as v1 from '../lib/dialects/v1/schemas.ts';
import * as volttime from '../lib/dialects/volttime/schemas.ts';
import { Address, AnyInvitationRow, AnyMemberRow, InvitationRow, MemberRow } from '../lib/domain/input.ts';

export type Json = Record<string, unknown>;
export type Schema = z.core.$ZodType;

/** Documented schemas of bodies whose validation is code. */
const BODIES = new Map<Schema, Schema>([
  [NewTeamBody, papershift.PapershiftNewTeam],
  [ChangedTeamBody, papershift.PapershiftChangedTeam],
  [PutTeamBody, papershift.PapershiftPutTeam],
]);

/** The schemas that are components of the document, with their names. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...v1, ...papershift })) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id });
}
for (const [id, schema] of Object.entries(volttime)) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id: `VoltTime${id}` });
}
for (const [id, schema] of Object.entries(rocketchat)) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id: `RocketChat${id.replace('RocketChat', '')}` });
}

/** Components that routes refer to. They are collected while the routes are written. */
export interface Components {
  readonly schemas: Json;
  readonly responses: Json;
}

/** Returns the JSON Schema of an input. It doesn't include normalization and the checks of transforms. */
export function inputSchema(schema: Schema): Json {
  const { $schema, ...json } = z.toJSONSchema(BODIES.get(schema) ?? schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === Address) jsonSchema.format = 'email';
      // Each row is validated separately.
      if (zodSchema === AnyInvitationRow) Object.assign(jsonSchema, inputSchema(InvitationRow));
      if (zodSchema === AnyMemberRow) Object.assign(jsonSchema, inputSchema(MemberRow));
    },
  });
  return json;
}

/** Returns the JSON Schema of an answer. It allows additional fields, because answers may get new fields at any time. */
export function outputSchema(schema: Schema, { schemas }: Components): Json {
  const { $schema, $defs, ...json } = z.toJSONSchema(schema, {
    metadata: named,
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.format) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const relocated = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'));
  Object.assign(schemas, relocated($defs ?? {}));
  return relocated(json);
}
