import { createHash } from 'node:crypto';
import { isKnown } from '../consistency/rules.ts';
import { isId } from '../domain/ids.ts';
import { type Attributes, marshall, unmarshall } from '../table/attributes.ts';
import type { Item } from '../table/read.ts';

// An export is JSON lines (docs/restore.md): a header, an item a line in the form of DynamoDB's own exports, and the
// number of items.

/** The format of an export, and its version. A change that older versions can't import increments it. */
const FORMAT = 'muster-export';
const VERSION = 1;

/** The first line of an export. */
export interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** The exported organization; null: everything. */
  readonly organizationId: string | null;
  readonly exportedAt: string;
}

/** There is nothing to export, or an export can't be imported. The message is for the operator. */
export class Unusable extends Error {}

/** Types of items that only matter to the deployment that wrote them: for a short time, or as its secrets. */
const TRANSIENT = new Set([
  'Idempotency',
  'Rate',
  'MailsOfDay',
  'InviteRate',
  'MailEvent',
  'UnreadMailEvent',
  'Import',
  'SigningKeys',
  'PublishedKeys',
  // A secret is of the deployment that signs with it: rotate it after an import.
  'WebhookSecret',
  'WebhookDelivery',
]);

/** Whether the items of a type stay out of an export. */
export function isTransient(type: unknown): boolean {
  return TRANSIENT.has(type as string);
}

/** Returns the lines of an export, each with its line break. */
export async function* linesOf(
  organizationId: string | undefined,
  items: AsyncIterable<Item>,
  now: Date,
): AsyncGenerator<string, void> {
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    organizationId: organizationId ?? null,
    exportedAt: now.toISOString(),
  };
  yield `${JSON.stringify(header)}\n`;
  let count = 0;
  for await (const item of items) {
    if (isTransient(item.type)) continue;
    count += 1;
    yield `${JSON.stringify({ Item: inOrder(marshall(item)) })}\n`;
  }
  yield `${JSON.stringify({ items: count })}\n`;
}

/** Returns attributes in the order of their names, the key first, so that equal items have equal lines. */
function inOrder({ pk, sk, ...others }: Attributes): Attributes {
  return { pk, sk, ...(sorted(others) as Attributes) } as Attributes;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  // String sets have no order of their own.
  return Object.fromEntries(entries.map(([name, of]) => [name, name === 'SS' ? [...of].sort() : sorted(of)]));
}

/** What a complete export contains. */
export interface Contents {
  readonly header: Header;
  readonly items: number;
  /** The SHA-256 of its text, in hex. */
  readonly hash: string;
}

/** Reads a whole export without keeping its items. @throws Unusable if it isn't complete, or isn't understood */
export async function contentsOf(lines: AsyncIterable<string>): Promise<Contents> {
  const hash = createHash('sha256');
  let header: Header | undefined;
  let end: number | undefined;
  let items = 0;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    hash.update(line).update('\n');
    if (end !== undefined) throw new Unusable(`Line ${number} follows the end of the export.`);
    if (header === undefined) header = headerOf(line);
    else {
      const parsed = parsedLine(line, number);
      if ('items' in parsed) end = parsed.items as number;
      else {
        itemOf(parsed, number);
        items += 1;
      }
    }
  }
  if (header === undefined || end === undefined) throw new Unusable('The export has no end: it was cut off.');
  if (end !== items) throw new Unusable(`The export has ${items} items instead of ${end}.`);
  return { header, items, hash: hash.digest('hex') };
}

/** Returns the items of an export that `contentsOf` has read. */
export async function* itemsOf(lines: AsyncIterable<string>): AsyncGenerator<Item, void> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (number === 1) continue;
    const parsed = parsedLine(line, number);
    if ('Item' in parsed) yield itemOf(parsed, number);
  }
}

function headerOf(line: string): Header {
  const { format, version, ...others } = parsedLine(line, 1);
  if (format !== FORMAT) throw new Unusable('The file is no export: its first line has no format.');
  if (version !== VERSION) {
    throw new Unusable(
      `The export has version ${Number(version)} of the format, and this version of Muster reads ${VERSION}.`,
    );
  }
  const { organizationId } = others;
  if (organizationId !== null && !(typeof organizationId === 'string' && isId('organization', organizationId))) {
    throw new Unusable('The first line has no organization, and isn’t of an export of everything.');
  }
  return { format, version, ...others } as Header;
}

function parsedLine(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new Unusable(`Line ${number} is no JSON object.`);
}

function itemOf({ Item: attributes }: Record<string, unknown>, number: number): Item {
  let item: Record<string, unknown> = {};
  try {
    item = unmarshall(attributes as Attributes);
  } catch {
    // Refused below.
  }
  if (typeof item.pk !== 'string' || typeof item.sk !== 'string') throw new Unusable(`Line ${number} has no item.`);
  if (!isKnown(item.type) || isTransient(item.type)) {
    throw new Unusable(
      `Line ${number} has an item of an unknown type. A newer version of Muster may have exported it.`,
    );
  }
  return item as Item;
}
