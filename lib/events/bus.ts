import { connect, type Send, type Service } from '../aws/service.ts';
import { eventBus } from '../configuration.ts';
import { EVENT_SOURCE, type MusterEvent } from '../domain/event.ts';

/** EventBridge's name and address. */
export const EVENTBRIDGE: Service = { name: 'events', host: 'events', variable: 'AWS_ENDPOINT_URL_EVENTBRIDGE' };

/** The maximum of events in a call. An event has a few hundred bytes, so ten are far below the 256 KB of a call. */
export const EVENTS_OF_CALL = 10;

interface PutEventsAnswer {
  readonly Entries?: readonly { readonly EventId?: string; readonly ErrorCode?: string }[];
}

let send: Send | undefined;

/**
 * Hands events to the bus in one call, once.
 *
 * @param events at most `EVENTS_OF_CALL`
 * @returns the error code of each event, in their order; undefined: the bus has it. If the call fails, all have its code.
 */
export async function putEvents(events: readonly MusterEvent[]): Promise<(string | undefined)[]> {
  // Connects at the first call.
  send ??= connect(EVENTBRIDGE);
  const bus = eventBus();
  const body = {
    Entries: events.map((event) => ({
      EventBusName: bus,
      Source: EVENT_SOURCE,
      DetailType: event.type,
      // In seconds, which is what the bus keeps. `detail.time` has milliseconds.
      Time: Math.floor(Date.parse(event.time) / 1000),
      Detail: JSON.stringify(event),
    })),
  };
  try {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };
    const { status, text } = await send(headers, JSON.stringify(body));
    if (status >= 300) return events.map(() => codeOf(text) ?? `HTTP${status}`);
    const { Entries = [] } = JSON.parse(text) as PutEventsAnswer;
    return events.map((_, index) => {
      const entry = Entries[index];
      return entry?.EventId ? undefined : (entry?.ErrorCode ?? 'NoEventId');
    });
  } catch (error) {
    // The connection failed, or the answer isn't JSON.
    const { name, code = name } = error as Error & { code?: string };
    return events.map(() => code);
  }
}

function codeOf(text: string): string | undefined {
  try {
    const { __type } = JSON.parse(text) as { __type?: string };
    return __type?.slice(__type.indexOf('#') + 1);
  } catch {
    return undefined;
  }
}
