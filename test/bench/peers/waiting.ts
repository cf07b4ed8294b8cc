import http, { type ClientRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { median, type Row } from '../measure.ts';
import type { Functions } from './muster.ts';

const WARM_UP = 60;
const REQUESTS = 200;

/**
 * Measures which part of a request's time is waiting for DynamoDB, one request at a time. No code of ours could make
 * a request faster than that part.
 */
export async function waiting(muster: Functions): Promise<Row[]> {
  const owner = await muster.person('owner@waiting.example.com');
  const organization = await owner.createOrganization('Waiting');
  const count = WARM_UP + REQUESTS;
  const emails = Array.from({ length: count }, (_, index) => `person-${index}@waiting.example.com`);
  const accepts: (() => Promise<unknown>)[] = [];
  for (const email of emails) {
    const person = await muster.person(email);
    const invited = await organization.invite(email);
    accepts.push(() => person.accept(invited));
  }
  const full = await owner.createOrganization('Full');
  const members = await full.addMembers(emails.map((email) => `other-${email}`));
  const kinds = {
    'create an organization': emails.map((email) => () => owner.createOrganization(email)),
    invite: emails.map((email) => () => organization.invite(`another-${email}`)),
    accept: accepts,
    'list of 100': emails.map(() => () => full.list()),
    'remove a member': members.map((member) => () => full.remove(member)),
  };
  const meter = meterCalls();
  // Running functions have kept the function that the meter replaces.
  muster.restart();
  const rows: Row[] = [];
  for (const [what, requests] of Object.entries(kinds)) {
    const [whole, waited]: [number[], number[]] = [[], []];
    for (const request of requests) {
      meter.reset();
      const begun = performance.now();
      await request();
      whole.push(performance.now() - begun);
      waited.push(meter.waited());
    }
    rows.push({
      ...{ what: `${what}: waiting for DynamoDB`, figure: median(waited.slice(WARM_UP)), unit: 'ms' },
      reference: { what: 'the whole request', figure: median(whole.slice(WARM_UP)) },
    });
  }
  meter.stop();
  return rows;
}

/** Measures the time during which at least one HTTP request is in flight: all of them go to DynamoDB. */
function meterCalls() {
  const { request } = http;
  let [open, since, total] = [0, 0, 0];
  const end = () => {
    open -= 1;
    if (open === 0) total += performance.now() - since;
  };
  http.request = (...args: unknown[]) => {
    if (open === 0) since = performance.now();
    open += 1;
    const sent: ClientRequest = Reflect.apply(request, http, args);
    return sent.once('response', (response) => response.once('end', end));
  };
  syncBuiltinESMExports();
  return {
    reset: () => {
      total = 0;
    },
    waited: () => total,
    stop: () => {
      http.request = request;
      syncBuiltinESMExports();
    },
  };
}
