import { expect } from 'vitest';
import * as z from 'zod/mini';
import { eventOf, type MusterEvent } from '../../lib/domain/event.ts';
import { eventSchema } from '../../lib/domain/event-schemas.ts';
import type { BusEvent } from '../../packages/local/event-bus.ts';
import { leaksIn } from './leaks.ts';

/** An event on the bus. */
export type PublishedEvent = BusEvent & { readonly detail: MusterEvent };

/** Entries that are older than their rows by this much, in milliseconds, were imported: they have no event. */
const IMPORTED = 24 * 60 * 60_000;

/**
 * Expects that every audit entry of a table has its event on the bus, that events have the declared form, and that none
 * has personal data.
 *
 * @param personalData texts about people that tests sent to the service
 */
export function expectEvents(
  items: readonly Readonly<Record<string, unknown>>[],
  events: readonly PublishedEvent[],
  personalData: ReadonlySet<string>,
): void {
  const published = new Map(events.map((event) => [event.detail.id, event]));
  const entries = items.filter(({ type }) => type === 'AuditEntry') as unknown as Parameters<typeof eventOf>[0][];
  const missing = entries.filter(
    ({ id, createdAt }) => !published.has(id) && Date.now() - Date.parse(createdAt) < IMPORTED,
  );
  expect(missing, 'every audit entry has its event').toEqual([]);
  for (const entry of entries) {
    const event = published.get(entry.id);
    if (event) expect(event.detail).toEqual(eventOf(entry));
  }
  // Making a schema takes longer than parsing by it.
  const types = new Set([...published.values()].map(({ detail }) => detail.type));
  const schemas = new Map([...types].map((type) => [type, eventSchema(type)]));
  for (const { source, 'detail-type': type, detail } of published.values()) {
    const { issues = [] } = z.safeParse(schemas.get(detail.type) ?? z.never(), detail).error ?? {};
    expect({ issues, source, type }, JSON.stringify(detail)).toEqual({
      issues: [],
      source: 'muster',
      type: detail.type,
    });
  }
  expect(
    leaksIn(
      [...published.values()].map((event) => JSON.stringify(event.detail)),
      personalData,
    ),
  ).toEqual([]);
}
