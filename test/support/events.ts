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
  const told = entries.filter(({ id }) => published.has(id));
  expect(told.map(({ id }) => published.get(id)?.detail)).toEqual(told.map(eventOf));
  const schemas = new Map<string, ReturnType<typeof eventSchema>>();
  const wrong = [...published.values()].flatMap(({ source, 'detail-type': type, detail }) => {
    const schema = schemas.get(detail.type) ?? eventSchema(detail.type);
    schemas.set(detail.type, schema);
    const { issues = [] } = z.safeParse(schema, detail).error ?? {};
    return issues.length > 0 || source !== 'muster' || type !== detail.type ? [{ issues, source, type, detail }] : [];
  });
  expect(wrong, 'every event has its declared form').toEqual([]);
  expect(
    leaksIn(
      [...published.values()].map((event) => JSON.stringify(event.detail)),
      personalData,
    ),
  ).toEqual([]);
}
