import { createHash } from 'node:crypto';
import { shardOf } from '../table/due.ts';
import { type Key, keys } from '../table/keys.ts';
import { FIELDS, isPacked, packedText } from '../table/packed.ts';
import type { Write } from '../table/write.ts';

/** An item of the table. Its form is what is checked. */
// biome-ignore lint/suspicious/noExplicitAny: the attributes may have any form
export type Row = Readonly<Record<string, any>> & Key;

/** Reads the table for the rules of some items, each row once. */
export interface Reader {
  get(key: Key): Promise<Row | undefined>;
  /** Reads the items of a partition one after another, in the order of their sort keys. */
  rows(pk: string): AsyncIterable<Row>;
  /** Returns what `make` computes, once for each name. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
}

/** What a rule compares: both values are equal as JSON if the rule holds. */
export interface Check {
  /** Says what is compared, without names and addresses. */
  readonly what: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** The transaction that makes the rule hold; undefined: it can't be known what is right. */
  readonly mend?: Mend | undefined;
}

export interface Mend {
  /** The organizations whose audit logs get an entry. */
  readonly organizationIds: readonly string[];
  /** They fail if the rows that the rule compared have changed. */
  readonly writes: readonly Write[];
  /** Whether it deletes a row because another is missing: that one may be lost, and written again by its own rule. */
  readonly isRemoval?: true;
}

/** The rule of a type of items. */
export interface Rule {
  /** Returns the key that follows from the other attributes; without the right ones, it differs from the item's. */
  key(row: Row): Key;
  check?(row: Row, table: Reader): Promise<readonly Check[]>;
}

/** Returns the check of a condition between values. */
export function same(what: string, expected: unknown, actual: unknown): Check {
  return { what, expected, actual };
}

/**
 * Checks that another item exists, and has attributes.
 *
 * @param mend returns how to mend the one or the other
 */
export async function related(
  table: Reader,
  key: Key,
  attributes: Readonly<Record<string, unknown>> = {},
  mend: (other: Row | undefined) => Mend | undefined = () => undefined,
): Promise<Check> {
  const other = await table.get(key);
  const actual = other && Object.fromEntries(Object.keys(attributes).map((name) => [name, other[name]]));
  const check = { what: shownKey(key), expected: attributes, actual };
  return isBroken(check) ? { ...check, mend: mend(other) } : check;
}

/** Whether a check found an error. */
export function isBroken({ expected, actual }: Check): boolean {
  return JSON.stringify(expected) !== JSON.stringify(actual);
}

/**
 * Compares counters of an item with the counts of the rows that they count. The mend sets them, if they still have the
 * values that were compared.
 */
export function counted(
  row: Row,
  organizationIds: readonly string[],
  counts: Readonly<Record<string, number>>,
): readonly Check[] {
  return Object.entries(counts).map(([name, count]) => ({
    what: name,
    expected: count,
    actual: row[name] ?? 0,
    mend: {
      organizationIds,
      writes: [{ type: 'update', key: keyOf(row), set: { [name]: count }, when: [unchanged(row, name)] }],
    },
  }));
}

/** Returns the condition that an attribute has the value that was read. */
export function unchanged(row: Row, name: string) {
  if (isPacked(row.type, name)) return { attribute: FIELDS, is: packedText(row) };
  return row[name] === undefined ? ({ absent: name } as const) : { attribute: name, is: row[name] };
}

/** Returns the mend that writes a lost row again, if the row that it follows from is unchanged. */
export function rebuilding(
  organizationId: string | undefined,
  from: Row,
  names: readonly string[],
  ...lost: Write[]
): Mend {
  const when = [{ exists: 'pk' }, ...names.map((name) => unchanged(from, name))];
  return {
    organizationIds: organizationId === undefined ? [] : [organizationId],
    writes: [{ type: 'check', key: keyOf(from), when }, ...lost.map((write) => ({ ...write, when: ABSENT }) as Write)],
  };
}

/** Returns the mend that deletes a row, if the row that it belongs to is still missing. */
export function removing(organizationIds: readonly string[], row: Row, owner: Key, ...names: readonly string[]): Mend {
  const when = [{ exists: 'pk' }, ...names.map((name) => unchanged(row, name))];
  return {
    isRemoval: true,
    organizationIds,
    writes: [
      { type: 'delete', key: keyOf(row), when },
      { type: 'check', key: owner, when: ABSENT },
    ],
  };
}

const ABSENT = [{ absent: 'pk' }] as const;

/** Checks that an item is in the index of due items, if it must be, with the right key. */
export function dueChecks({ due, dueAt }: Row, id: string, expected: boolean): readonly Check[] {
  const [, name] = /^\d{4}-\d\d-\d\dT[\d:.]+Z#(\w+)#[0-9a-f]{6}$/.exec(dueAt) ?? [];
  return [
    same('shard of the index', expected ? shardOf(id) : undefined, due),
    same('id in the index', expected ? id : undefined, name),
    same('whether it is in the index', expected, dueAt !== undefined),
  ];
}

/** Whether an organization exists and is not deleted. The rows of deleted ones are deleted in batches. */
export async function isLive(table: Reader, organizationId: string): Promise<boolean> {
  const organization = await table.get(keys.organization(organizationId));
  return organization !== undefined && organization.deletedAt === undefined;
}

export async function exists(table: Reader, key: Key): Promise<boolean> {
  return (await table.get(key)) !== undefined;
}

export function keyOf({ pk, sk }: Key): Key {
  return { pk, sk };
}

/** Returns the part of a key that matches, or a text that equals no key. */
export function matching(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? '(malformed)';
}

/** The partitions whose keys have text of people: addresses, identities of chargers. */
const NAMED = /^(EMAIL|CHARGERIDENTITY)#(.*)$/s;

/** Returns the form of a key for logs and commands: a hash replaces the text of people. */
export function shownKey({ pk, sk }: Key): string {
  const [, kind, text] = NAMED.exec(pk) ?? [];
  return `${text === undefined ? pk : `${kind}#(sha256 ${hashOf(text)})`} ${sk}`;
}

/** Whether a key has text of people. */
export function isNamed({ pk }: Key): boolean {
  return NAMED.test(pk);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Returns a text that equal values have in common: DynamoDB returns maps and sets in any order. */
export function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, each) => {
    if (each instanceof Set) return [...each].sort();
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1));
  });
}
