import { type Clock, parseOffset } from './clock.ts';
import { DOCUMENTS } from './documents.ts';
import type { Outcome } from './functions.ts';
import type { LocalAnswer, LocalRequest } from './gateway.ts';
import { OtherIssuer, type Person } from './issuer.ts';
import type { LocalSchedule, LocalTemplate } from './template.ts';

/** The dependencies of the endpoints below `/_local/`. */
export interface Controls {
  readonly clock: Clock;
  readonly template: Pick<LocalTemplate, 'schedules' | 'mailEvents'>;
  invoke(functionName: string, event: unknown): Promise<Outcome>;
  token(person: Person): Promise<string>;
  /** Returns the mails to an address, newest last; undefined: all mails. */
  mail(to: string | undefined): unknown;
  /** Returns the events on the bus, newest last. */
  events(): Promise<unknown>;
  /** Completes an SES event with the data of its mail. */
  completeEvent(event: Record<string, unknown>): unknown;
  /** Returns a function's calls to AWS; undefined: all calls. */
  calls(functionName: string | undefined): unknown;
  faults(): unknown;
  /** @throws Error for invalid faults */
  setFaults(faults: unknown): void;
  /** Answers a path of the documents. */
  documents(path: string): Promise<LocalAnswer>;
}

type Endpoint = (request: LocalRequest, controls: Controls) => Promise<unknown> | unknown;

/** The refusal of an invalid request. Its message is a sentence for the caller. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET mail': ({ query }, { mail }) => mail(query.get('to') ?? undefined),
  'GET events': (_, { events }) => events(),
  'GET calls': ({ query }, { calls }) => calls(query.get('function') ?? undefined),
  'GET faults': (_, { faults }) => faults(),
  'POST faults': ({ body }, { setFaults, faults }) => {
    const given = parse(body);
    try {
      setFaults(given);
    } catch (error) {
      throw new Refusal(400, (error as Error).message);
    }
    return faults();
  },
  'GET clock': (_, { clock }) => timeOf(clock),
  'POST clock': ({ body }, { clock }) => {
    const offset = parseOffset(parse(body).offset);
    if (offset === undefined) {
      throw new Refusal(400, 'Send {"offset":"8d"}: a number with ms, s, m, h or d, or 0, at most a century.');
    }
    clock.set(offset);
    return timeOf(clock);
  },
  'POST sweep': async (_, { template, invoke }) => {
    const { schedules } = template;
    const [only] = schedules;
    if (!only) throw new Refusal(404, 'The template has no schedule to run.');
    if (schedules.length === 1) return run(only, invoke);
    const results = schedules.map(async (each) => [each.function, await run(each, invoke)] as const);
    return Object.fromEntries(await Promise.all(results));
  },
  'POST invoke': async ({ body }, { invoke }) => {
    const { function: name, event = {} } = parse(body);
    if (typeof name !== 'string') throw new Refusal(400, 'Send {"function":"operator/check-table","event":{}}.');
    return resultOf(name, await invoke(name, event));
  },
  'POST ses-events': async ({ body }, { template, invoke, clock, completeEvent }) => {
    const event = completeEvent(parse(body));
    if (template.mailEvents.length === 0) {
      throw new Refusal(404, 'No function of the template is subscribed to the events of SES.');
    }
    await deliverMailEvent(event, { template, invoke, clock });
    return { delivered: template.mailEvents.map(({ function: name }) => name) };
  },
  'POST token': async ({ body }, { token }) => {
    const { email, name, unverified } = parse(body);
    const isPerson =
      typeof email === 'string' &&
      /^[^\s@]+@[^\s@]+$/.test(email) &&
      (name === undefined || typeof name === 'string') &&
      (unverified === undefined || typeof unverified === 'boolean');
    if (!isPerson)
      throw new Refusal(400, 'Send {"email":"jane@example.com"}, with "name" and "unverified" if you like.');
    try {
      return { token: await token({ email, ...(name && { name }), ...(unverified && { unverified }) }) };
    } catch (error) {
      if (error instanceof OtherIssuer) throw new Refusal(409, error.message);
      throw error;
    }
  },
};

/** Answers `/_local/...`, the endpoints for people and tests besides the API. */
export async function control(request: LocalRequest, controls: Controls): Promise<LocalAnswer> {
  const { method, path } = request;
  const isDocument = path === DOCUMENTS || path.startsWith(`${DOCUMENTS}/`);
  if (isDocument && (method === 'GET' || method === 'HEAD')) return controls.documents(path);
  const endpoint = ENDPOINTS[`${method} ${path}`];
  try {
    if (!endpoint)
      throw new Refusal(
        404,
        `There is no such thing here; there are: GET ${DOCUMENTS}/, ${Object.keys(ENDPOINTS).join(', ')}.`,
      );
    return { status: 200, body: await endpoint(request, controls) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: { message: error.message } };
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new Refusal(400, 'Send a JSON object as the body.');
}

function timeOf(clock: Clock): { offset: number; now: string } {
  return { offset: clock.offset(), now: new Date(clock.now()).toISOString() };
}

async function run(schedule: LocalSchedule, invoke: Controls['invoke']): Promise<unknown> {
  return resultOf(schedule.function, await invoke(schedule.function, schedule.input));
}

/** Delivers an SES event to the functions that are subscribed to them, as SNS does. */
export async function deliverMailEvent(
  event: unknown,
  { template, invoke, clock }: Pick<Controls, 'template' | 'invoke' | 'clock'>,
): Promise<void> {
  for (const { topic, function: name } of template.mailEvents) {
    resultOf(name, await invoke(name, snsEvent(topic, event, clock.now())));
  }
}

function resultOf(name: string, outcome: Outcome): unknown {
  if (!outcome.ok) throw new Refusal(502, `${name} failed: ${outcome.message}`);
  return JSON.parse(outcome.payload);
}

/** Wraps an SES event as SNS sends it to Lambda. */
function snsEvent(topic: string, event: unknown, now: number): unknown {
  const [, , , region] = topic.split(':');
  const endpoint = `https://sns.${region}.amazonaws.com`;
  const subscription = `${topic}:${crypto.randomUUID()}`;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription,
        Sns: {
          Type: 'Notification',
          MessageId: crypto.randomUUID(),
          TopicArn: topic,
          Subject: 'Amazon SES Email Event Notification',
          Message: JSON.stringify(event),
          Timestamp: new Date(now).toISOString(),
          // The signature isn't verified locally.
          SignatureVersion: '1',
          Signature: 'local',
          SigningCertUrl: `${endpoint}/SimpleNotificationService-local.pem`,
          UnsubscribeUrl: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
          MessageAttributes: {},
        },
      },
    ],
  };
}
