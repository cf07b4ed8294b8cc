import * as z from 'zod/mini';
import { Refusal } from '../../domain/refusal.ts';
import { type Filter, flagged, readFilter } from './filter.ts';
import type { MistakeName } from './words.ts';

/** The documented relationships of a team. */
const RELATIONS = ['parent_team', 'team_memberships'] as const;
export type Relation = (typeof RELATIONS)[number];

/** The attributes for filtering teams and included resources, and for sorting teams. */
const ATTRIBUTES = {
  team: ['id', 'account_id', 'discarded_at', 'name', 'parent_team_id'],
  team_memberships: ['id', 'team_id', 'user_id', 'role', 'created_at', 'updated_at'],
} as const;

/** The fields of a sparse fieldset: attributes and relationships share one namespace. */
const FIELDS = {
  team: [...ATTRIBUTES.team.slice(1), ...RELATIONS] as readonly string[],
  team_membership: ATTRIBUTES.team_memberships.slice(1) as readonly string[],
};
export type Fields = { readonly [Type in keyof typeof FIELDS]?: ReadonlySet<string> };

/** The query of a request about teams. */
export interface TeamQuery {
  /** The relationships to include; undefined: no `include` parameter. */
  readonly include: { readonly parent: boolean; readonly members: boolean } | undefined;
  /** The filters of included resources. */
  readonly included: readonly (Filter & { readonly relation: Relation })[];
  /** The sparse fieldset of each type that the query names. */
  readonly fields: Fields;
}

/** The query of a list. */
export interface ListQuery extends TeamQuery {
  readonly filters: readonly Filter[];
  readonly sort: readonly { readonly attribute: string; readonly descending: boolean }[];
  readonly page: Page;
}

/** A page of a list. */
export interface Page {
  readonly start: number;
  readonly size: number;
  /** Whether the request used an offset; then the links do too. */
  readonly byOffset: boolean;
}

/** The maximum and the default number of teams of a page. */
const PAGE = { most: 1000, usual: 100 };
/** The same for a page with included resources. */
const PAGE_WITH_INCLUDED = { most: 25, usual: 25 };

const text = z.optional(z.string());

/** The parameters of a request about one team, as documented; `readTeamQuery` reads them. */
export const TeamParameters = z.object({
  include: text,
  'fields[team]': text,
  'fields[team_membership]': text,
  'filter[team_memberships][role]': text,
});
/** The parameters of a request that can't include resources. */
export const FieldsParameters = z.pick(TeamParameters, { 'fields[team]': true });
/** The parameters of the list, as documented; `readListQuery` reads them. */
export const ListParameters = z.extend(TeamParameters, {
  'filter[name]': text,
  'filter[parent_team_id]': text,
  'filter[parent_team_id_blank]': text,
  'filter[discarded_at_present]': text,
  sort: text,
  'page[number]': text,
  'page[size]': text,
  'page[offset]': text,
  'page[limit]': text,
});

/** Mistakes by their parameters, in the form of a refusal's details. */
type Mistakes = Record<string, [MistakeName]>;

/** A parsed parameter: `filter[team][name]`. */
interface Parameter {
  readonly name: string;
  readonly family: string;
  readonly keys: readonly string[];
  readonly value: string;
}

/**
 * Reads the query of a request about one team.
 *
 * @param includes whether `include` is allowed
 * @throws Refusal `validation_failed`
 */
export function readTeamQuery(query: URLSearchParams, includes = true): TeamQuery {
  const mistakes: Mistakes = {};
  const parameters = parametersOf(query, mistakes);
  for (const { family, name, keys } of parameters) {
    const isOfList = family === 'sort' || family === 'page' || (family === 'filter' && keys.length === 1);
    if (isOfList || (family === 'include' && !includes)) mistakes[`?${name}`] = ['unknown_parameter'];
  }
  const read = readShown(parameters, mistakes);
  refuse(mistakes);
  return read;
}

/** Reads the query of the list. @throws Refusal `validation_failed` */
export function readListQuery(query: URLSearchParams): ListQuery {
  const mistakes: Mistakes = {};
  const parameters = parametersOf(query, mistakes);
  const shown = readShown(parameters, mistakes);
  const own = parameters.filter(({ family, keys }) => family === 'filter' && keys.length === 1);
  const filters = own.flatMap((parameter) => filterOf(parameter, ATTRIBUTES.team, mistakes) ?? []);
  const read: ListQuery = {
    ...shown,
    filters,
    sort: readSort(parameters, mistakes),
    page: readPage(parameters, shown.include === undefined ? PAGE : PAGE_WITH_INCLUDED, mistakes),
  };
  refuse(mistakes);
  return read;
}

function refuse(mistakes: Mistakes): void {
  if (Object.keys(mistakes).length > 0) throw new Refusal('validation_failed', mistakes);
}

/** The allowed number of keys in brackets of each parameter family. */
const FAMILIES: Readonly<Record<string, readonly number[]>> = {
  include: [0],
  sort: [0],
  fields: [1],
  page: [1],
  filter: [1, 2],
};

/** Names that JSON:API reserves for implementations: they contain a character other than a-z. They are ignored here. */
const IMPLEMENTATION_SPECIFIC = /^(?=.*[^a-z])[\p{L}\p{N}](?:[\p{L}\p{N} _-]*[\p{L}\p{N}])?$/u;

function parametersOf(query: URLSearchParams, mistakes: Mistakes): Parameter[] {
  return [...query].flatMap(([name, value]) => {
    const [, family = '', brackets = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name) ?? [];
    const keys = [...brackets.matchAll(/\[([^\]]*)\]/g)].map(([, key = '']) => key);
    if (Object.hasOwn(FAMILIES, family) && FAMILIES[family]?.includes(keys.length)) {
      return [{ name, family, keys, value }];
    }
    if (!IMPLEMENTATION_SPECIFIC.test(family)) mistakes[`?${name}`] = ['unknown_parameter'];
    return [];
  });
}

/** Splits a comma-separated list; an empty text is an empty list. */
function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((one) => one.trim());
}

function readShown(parameters: readonly Parameter[], mistakes: Mistakes): TeamQuery {
  const include = parameters.find(({ family }) => family === 'include');
  const relations = include && listOf(include.value);
  if (relations?.some((one) => !isOneOf(RELATIONS, one))) mistakes['?include'] = ['unknown_include'];

  const fields: { [Type in keyof typeof FIELDS]?: ReadonlySet<string> } = {};
  for (const { name, family, keys, value } of parameters) {
    if (family !== 'fields') continue;
    const [type = ''] = keys;
    const some = listOf(value);
    const isKnown = isOneOf(Object.keys(FIELDS), type) && some.every((one) => isOneOf(fieldsOf(type), one));
    if (isKnown) fields[type as keyof typeof FIELDS] ??= new Set(some);
    else mistakes[`?${name}`] = ['unknown_field'];
  }

  const included = parameters.flatMap((parameter) => {
    const { name, family, keys } = parameter;
    if (family !== 'filter' || keys.length !== 2) return [];
    const [relation = '', attribute = ''] = keys;
    if (!isOneOf(RELATIONS, relation)) mistakes[`?${name}`] = ['unknown_parameter'];
    else if (!relations?.includes(relation)) mistakes[`?${name}`] = ['not_included'];
    else {
      const attributes = relation === 'parent_team' ? ATTRIBUTES.team : ATTRIBUTES.team_memberships;
      const filter = filterOf({ ...parameter, keys: [attribute] }, attributes, mistakes);
      return filter ? [{ ...filter, relation: relation as Relation }] : [];
    }
    return [];
  });
  const asked = relations && {
    parent: relations.includes('parent_team'),
    members: relations.includes('team_memberships'),
  };
  return { include: asked, included, fields };
}

function fieldsOf(type: string): readonly string[] {
  return FIELDS[type as keyof typeof FIELDS];
}

function isOneOf(known: readonly string[], text: string): boolean {
  return known.includes(text);
}

/** @param known the attributes that filters may name */
function filterOf({ name, keys, value }: Parameter, known: readonly string[], mistakes: Mistakes): Filter | undefined {
  const [key = ''] = keys;
  const [, flaggedAttribute = '', flag] = /^(.*)_(blank|present)$/.exec(key) ?? [];
  const attribute = flag ? flaggedAttribute : key;
  if (!known.includes(attribute)) {
    mistakes[`?${name}`] = ['unknown_parameter'];
    return undefined;
  }
  const filter = flag ? flagged(attribute, flag as 'blank' | 'present', value) : readFilter(attribute, value);
  if (typeof filter !== 'string') return filter;
  mistakes[`?${name}`] = [filter];
  return undefined;
}

function readSort(parameters: readonly Parameter[], mistakes: Mistakes): ListQuery['sort'] {
  const sort = listOf(parameters.find(({ family }) => family === 'sort')?.value ?? '').map((text) => ({
    attribute: text.replace(/^-/, ''),
    descending: text.startsWith('-'),
  }));
  if (sort.some(({ attribute }) => !isOneOf(ATTRIBUTES.team, attribute))) mistakes['?sort'] = ['unknown_sort'];
  return sort;
}

/** The keys of the `page` family, with their minimum values. */
const PAGE_KEYS: Readonly<Record<string, number>> = { number: 1, size: 1, offset: 0, limit: 1 };

function readPage(
  parameters: readonly Parameter[],
  { most, usual }: { readonly most: number; readonly usual: number },
  mistakes: Mistakes,
): Page {
  const asked: Record<string, number> = {};
  for (const { name, family, keys, value } of parameters) {
    if (family !== 'page') continue;
    const [key = ''] = keys;
    const least = PAGE_KEYS[key];
    const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : -1;
    const isSize = key === 'size' || key === 'limit';
    if (least === undefined) mistakes[`?${name}`] = ['unknown_parameter'];
    else if (number < least || (isSize && number > most)) mistakes[`?${name}`] = ['no_page'];
    else asked[key] ??= number;
  }
  const { number = 1, offset, limit } = asked;
  const byOffset = offset !== undefined || limit !== undefined;
  if (byOffset && ('number' in asked || 'size' in asked)) {
    mistakes[offset === undefined ? '?page[limit]' : '?page[offset]'] = ['mixed_pages'];
  }
  const size = asked.size ?? limit ?? usual;
  return { start: byOffset ? (offset ?? 0) : (number - 1) * size, size, byOffset };
}
