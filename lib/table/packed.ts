/**
 * Items whose fields are one attribute: their JSON. The fields that conditions, counters and indexes need stay
 * attributes.
 *
 * DynamoDB's form of an item names the type of each value, and it is written and read attribute by attribute. A query of
 * 100 members took the local engine 7.4 ms with their attributes, and 2.6 ms with their JSON; the answer is a third
 * smaller (docs/adr/0080-what-a-list-shows-is-one-attribute.md).
 */
const PACKED: Readonly<Record<string, readonly string[]>> = {
  Member: ['memberId', 'organizationId', 'role', 'owner', 'profile', 'claimed', 'createdAt', 'updatedAt'],
  AuditEntry: ['id', 'action', 'organizationId', 'actor', 'resource', 'before', 'after', 'requestId', 'sourceAddress'],
};

/** The attribute. */
export const FIELDS = 'fields';

type Values = Readonly<Record<string, unknown>>;

/** Whether a field of an item of this type is part of the attribute. */
export function isPacked(type: unknown, name: string): boolean {
  return PACKED[String(type)]?.includes(name) ?? false;
}

/** Where an item that was read keeps its attribute. A copy by spreading keeps it too; JSON leaves it out. */
const STORED: unique symbol = Symbol('fields');

/** The attribute of an item that was read. @throws TypeError for an item that wasn't read from the table */
export function packedText(item: Values): string {
  const text = (item as { readonly [STORED]?: string })[STORED];
  if (text === undefined) throw new TypeError(`This ${item.type} was not read from the table.`);
  return text;
}

/** The attribute after a change of fields. Fields that only a later version knows stay. */
export function changedText(item: Values, set: Values): string {
  return JSON.stringify({ ...JSON.parse(packedText(item)), ...set });
}

/** Returns the attributes of a new item. */
export function pack(item: Values): Values {
  const names = PACKED[String(item.type)];
  if (!names) return item;
  const others = Object.entries(item).filter(([name]) => !names.includes(name));
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, item[name]])));
  return { ...Object.fromEntries(others), [FIELDS]: text };
}

/** Returns an item from its attributes. One whose packed fields can't be parsed lacks them: its reader says so. */
export function unpack({ [FIELDS]: text, ...others }: Values): Record<string, unknown> {
  if (typeof text !== 'string') return { ...others };
  try {
    return { ...others, ...JSON.parse(text), [STORED]: text };
  } catch {
    return { ...others, [STORED]: text };
  }
}
