import { randomUUID } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AwsRequest, ErrorFormat, Service } from './aws-service.ts';
import { readLines } from './lines.ts';

/** An event as EventBridge hands it to the targets of rules. */
export interface BusEvent {
  readonly version: '0';
  /** The bus's own id. It differs if the same event is published twice. */
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO time, in seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

interface Entry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  /** Seconds. */
  readonly Time?: number;
  readonly Resources?: readonly string[];
}

export interface LocalBus {
  /** The service for the proxy. */
  readonly service: Service;
  /** Returns the last 1,000 events, including those of earlier starts, newest last. */
  events(): readonly BusEvent[];
  /** Deletes all events. */
  clear(): void;
}

const contentType = 'application/x-amz-json-1.1';

const fail: ErrorFormat = (status, code, message) => {
  const body = JSON.stringify({ __type: code, message });
  return { status, body, contentType, error: code };
};

/** How many events are shown. */
const SHOWN = 1000;

/** The limits of a call. */
const ENTRIES = 10;
const BYTES = 256 * 1024;

/**
 * Creates EventBridge's PutEvents for the proxy. It keeps the events of all buses in `<directory>/events.jsonl`. No rules
 * run.
 */
export function createEventBus(options: {
  readonly directory: string;
  readonly region: string;
  readonly account: string;
  now(): number;
  /** Called with each event that the bus has taken. */
  onEvent?: ((event: BusEvent) => void) | undefined;
}): LocalBus {
  const { region, account } = options;
  const file = join(options.directory, 'events.jsonl');
  let events = readLines<BusEvent>(file);

  /** Stores an event, on disk when it returns, so that an acknowledged one survives a kill. */
  function publish({ Source = '', DetailType = '', Detail = '{}', Time, Resources = [] }: Entry): string {
    const seconds = Time ?? Math.floor(options.now() / 1000);
    const event: BusEvent = {
      ...{ version: '0', id: randomUUID(), 'detail-type': DetailType, source: Source, account },
      time: new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
      ...{ region, resources: Resources, detail: JSON.parse(Detail) },
    };
    appendFileSync(file, `${JSON.stringify(event)}\n`);
    if (events.length >= 2 * SHOWN) events = events.slice(-SHOWN);
    events.push(event);
    options.onEvent?.(event);
    return event.id;
  }

  const service: Service = {
    fail,
    unknownCaller: () =>
      fail(400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
    async receive({ body, operation, caller }) {
      if (operation !== 'PutEvents') return fail(400, 'UnknownOperationException', `There is no ${operation} here.`);
      const { Entries: entries = [] } = JSON.parse(body.toString()) as { Entries?: readonly Entry[] };
      const parts = entries.map((entry) => {
        const action = 'events:PutEvents';
        const resource = arnOf(entry.EventBusName ?? 'default');
        const decision = caller.decide({ action, resource, context: {} });
        return { action, resource, decision, keys: keysOf(entry), leadingKeys: [], attributes: [] };
      });
      const request: AwsRequest = {
        ...{ service: 'events', operation, parts, conflicts: false },
        async perform(delayMs, failing = []) {
          if (delayMs > 0) await sleep(delayMs);
          if (entries.length === 0 || entries.length > ENTRIES) {
            return fail(400, 'ValidationException', `Entries must have 1 to ${ENTRIES} members.`);
          }
          if (body.length > BYTES) return fail(400, 'ValidationException', 'Total size of the entries is over 256 KB.');
          const results = entries.map((entry, index) => {
            if (failing[index]) return { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal failure' };
            const problem = problemOf(entry);
            return problem ?? { EventId: publish(entry) };
          });
          const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
          const answer: Answer = {
            ...{ status: 200, body: JSON.stringify({ FailedEntryCount, Entries: results }), contentType, error: null },
          };
          return answer;
        },
      };
      return request;
    },
  };

  function arnOf(bus: string): string {
    return bus.startsWith('arn:') ? bus : `arn:aws:events:${region}:${account}:event-bus/${bus}`;
  }

  return {
    service,
    events: () => events.slice(-SHOWN),
    clear() {
      events = [];
      rmSync(file, { force: true });
    },
  };
}

/** Returns EventBridge's error for an invalid entry. */
function problemOf({ Source, DetailType, Detail }: Entry): { ErrorCode: string; ErrorMessage: string } | undefined {
  const invalid = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage });
  if (!Source) return invalid('Parameter Source is not valid. Reason: Source is a required argument.');
  if (!DetailType) return invalid('Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (!Detail) return invalid('Parameter Detail is not valid. Reason: Detail is a required argument.');
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  try {
    const detail: unknown = JSON.parse(Detail);
    if (typeof detail === 'object' && detail !== null) return undefined;
  } catch {
    // Answered below.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

/** Returns what faults select an entry by: its type, and the ids in its detail. */
function keysOf({ DetailType = '', Detail = '' }: Entry): string[] {
  try {
    const { id = '', organizationId = '' } = JSON.parse(Detail) as Record<string, string>;
    return [`${DetailType}|${organizationId}|${id}`];
  } catch {
    return [DetailType];
  }
}
