import * as z from 'zod/mini';
import { Name } from '../../domain/input.ts';
import { Refusal, type RefusalCode } from '../../domain/refusal.ts';
import { type Team, teamIdAsUuid, teamIdFromUuid } from '../../domain/team.ts';
import type { MistakeName } from './words.ts';

/** The resource type of teams; paths use the plural. */
export const TEAM = 'team';

/** The content of a document about a team; undefined: omitted. */
export interface TeamDocument {
  /** As sent. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** The parent's id, or null, and the JSON pointer to it. */
  readonly parent: { readonly teamId: string | null; readonly pointer: string } | undefined;
  /** Read-only attributes, as sent. */
  readonly readOnly: Readonly<Record<string, unknown>>;
}

/** The content of a document about a new team. */
export type NewTeamDocument = TeamDocument & { readonly name: string };

type Members = Readonly<Record<string, unknown>>;

const ATTRIBUTES = '/data/attributes';
const RELATIONSHIPS = '/data/relationships';

/** The body of a request that creates a team. */
export const NewTeamBody = z.pipe(
  z.unknown(),
  z.transform((body) => readDocument(body, 'new') as NewTeamDocument),
);
/** The body of a request that changes a team by PATCH. JSON:API requires the team's id. */
export const ChangedTeamBody = z.pipe(
  z.unknown(),
  z.transform((body) => readDocument(body, 'named')),
);
/** The body of a request that changes a team by PUT. The id is optional, as in Papershift's documentation. */
export const PutTeamBody = z.pipe(
  z.unknown(),
  z.transform((body) => readDocument(body, 'unnamed')),
);

/**
 * Reads a document about one team. Ignores unknown members.
 *
 * @throws Refusal `validation_failed`, `resource_conflict`, `field_read_only`, `team_not_found`
 */
function readDocument(body: unknown, kind: 'new' | 'named' | 'unnamed'): TeamDocument {
  const data = membersAt(membersAt(body, '').data, '/data', '');
  if (data.type === undefined) throw mistake('/data', 'missing');
  if (typeof data.type !== 'string') throw mistake('/data/type', 'no_text');
  if (data.type !== TEAM) throw new Refusal('resource_conflict', { '/data/type': ['resource_conflict'] });
  // Some clients send null for a new resource.
  const id = data.id === null ? undefined : data.id;
  if (id !== undefined && typeof id !== 'string') throw mistake('/data/id', 'no_text');
  if (id === undefined && kind === 'named') throw mistake('/data', 'missing');

  const attributes = data.attributes === undefined ? {} : membersAt(data.attributes, ATTRIBUTES);
  const relationships = data.relationships === undefined ? {} : membersAt(data.relationships, RELATIONSHIPS);
  const mistakes: Record<string, [MistakeName]> = {};
  const name = readName(attributes, mistakes);
  if (kind === 'new' && attributes.name === undefined) {
    mistakes[`${data.attributes === undefined ? '/data' : ATTRIBUTES}#name`] = ['blank'];
  }
  const parent = readParent(attributes, relationships, mistakes);
  if (Object.keys(mistakes).length > 0) throw new Refusal('validation_failed', mistakes);
  if (relationships.team_memberships !== undefined) {
    const pointer = `${RELATIONSHIPS}/team_memberships`;
    if (linkageAt(relationships, 'team_memberships') !== undefined) throw readOnlyAt(pointer);
  }
  const { account_id, discarded_at } = attributes;
  return { id, name, parent: parent && found(parent), readOnly: { account_id, discarded_at } };
}

function readName({ name }: Members, mistakes: Record<string, [MistakeName]>): string | undefined {
  if (name === undefined) return undefined;
  const read = z.safeParse(Name, name);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const isBlank = name === null || (typeof name === 'string' && name.trim() === '');
  mistakes[`${ATTRIBUTES}/name`] = [isBlank ? 'blank' : issue?.code === 'too_big' ? 'too_long' : 'invalid'];
  return undefined;
}

interface Parent {
  /** As sent; possibly not a UUID. */
  readonly uuid: string | null;
  readonly pointer: string;
}

/** Reads the parent: from an attribute, from a relationship, or from both if they are equal. */
function readParent(
  attributes: Members,
  relationships: Members,
  mistakes: Record<string, [MistakeName]>,
): Parent | undefined {
  const { parent_team_id: attribute } = attributes;
  const pointer = `${ATTRIBUTES}/parent_team_id`;
  if (attribute !== undefined && attribute !== null && typeof attribute !== 'string') {
    mistakes[pointer] = ['invalid'];
    return undefined;
  }
  const linkage = relationships.parent_team === undefined ? undefined : linkageAt(relationships, 'parent_team');
  if (linkage === undefined) return attribute === undefined ? undefined : { uuid: attribute, pointer };
  const uuid = linkage === null ? null : identified(linkage);
  if (attribute !== undefined && attribute?.toLowerCase() !== uuid?.toLowerCase()) mistakes[pointer] = ['ambiguous'];
  return { uuid, pointer: `${RELATIONSHIPS}/parent_team` };
}

/** Returns the `data` of a relationship. */
function linkageAt(relationships: Members, name: string): unknown {
  const pointer = `${RELATIONSHIPS}/${name}`;
  const { data } = membersAt(relationships[name], pointer);
  if (data === undefined) throw mistake(pointer, 'missing');
  return data;
}

/** Returns the id of a team's resource identifier. */
function identified(linkage: unknown): string {
  const pointer = `${RELATIONSHIPS}/parent_team/data`;
  const { type, id } = membersAt(linkage, pointer);
  if (type !== TEAM) throw new Refusal('resource_conflict', { [pointer]: ['resource_conflict'] });
  if (typeof id !== 'string') throw mistake(pointer, 'missing');
  return id;
}

/** Converts a parent's UUID to a team id. @throws Refusal `team_not_found` */
function found({ uuid, pointer }: Parent): { teamId: string | null; pointer: string } {
  if (uuid === null) return { teamId: null, pointer };
  const teamId = teamIdFromUuid(uuid);
  if (teamId === undefined) throw new Refusal('team_not_found', { [pointer]: ['team_not_found'] });
  return { teamId, pointer };
}

/** @param missingAt the pointer to report if the value is missing */
function membersAt(value: unknown, pointer: string, missingAt = pointer): Members {
  if (value === undefined) throw mistake(missingAt, 'missing');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mistake(pointer, 'no_object');
  return value as Members;
}

function mistake(pointer: string, name: MistakeName): Refusal {
  return new Refusal('validation_failed', { [pointer]: [name] });
}

function readOnlyAt(pointer: string): Refusal {
  return new Refusal('field_read_only', { [pointer]: ['field_read_only'] });
}

/**
 * Refuses a document whose id differs from the path's.
 *
 * @throws Refusal `resource_conflict`
 */
export function refuseOtherId({ id }: TeamDocument, team: Team): void {
  if (id !== undefined && id.toLowerCase() !== teamIdAsUuid(team.id)) {
    throw new Refusal('resource_conflict', { '/data/id': ['resource_conflict'] });
  }
}

/**
 * Refuses to set read-only attributes. Clients may send them as they read them, or null.
 *
 * @param present the current attributes of the team, or those of a new one
 * @throws Refusal `field_read_only`
 */
export function refuseReadOnly({ readOnly }: TeamDocument, present: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(readOnly)) {
    if (value !== undefined && value !== null && value !== present[name]) throw readOnlyAt(`${ATTRIBUTES}/${name}`);
  }
}

/** Refuses to remove a team's parent. @throws Refusal `validation_failed` */
export function refuseOrphan({ parent }: TeamDocument): void {
  if (parent?.teamId === null) throw mistake(parent.pointer, 'blank');
}

const NAME_REFUSALS: readonly RefusalCode[] = ['team_name_taken'];
const PARENT_REFUSALS: readonly RefusalCode[] = ['team_not_found', 'team_cycle', 'team_too_deep', 'default_team'];

/** Runs `work`, and adds to its refusals the pointer to the field that they concern. */
export async function withPointers<T>({ parent }: TeamDocument, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, headers } = error;
    const at = (pointer: string) => new Refusal(code, { [pointer]: [code] }, headers);
    if (NAME_REFUSALS.includes(code)) throw at(`${ATTRIBUTES}/name`);
    throw PARENT_REFUSALS.includes(code) && parent ? at(parent.pointer) : error;
  }
}
