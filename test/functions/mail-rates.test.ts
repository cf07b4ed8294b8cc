import { describe, expect, test } from 'vitest';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';

const LIMITS = {
  ...{ mailsToAddress: 3, mailsToAddressOfAll: 5 },
  ...{ mailsOfNewOrganization: 4, mailsOfOrganization: 20, mailsOfPerson: 16, mailsOfDeployment: 30 },
};
const service = useService({ environment: { LIMITS: JSON.stringify(LIMITS), ORGANIZATION_CREATORS: '' } });

const times = <T>(count: number, of: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => of(index)));
const errors = (answers: readonly Answer[]) => answers.flatMap(({ body }) => body?.error ?? []);
const made = (answers: readonly Answer[]) => answers.filter(({ status }) => status < 300).length;

const invite = (by: Client, email = newAddress(), more: object = {}) =>
  by.call('POST /v1/invitations', { body: { email, role: 'USER', ...more } });

let days = 0;
/** The offset of the clock, in seconds. */
let ahead = 0;
/** Sets the clock to a new day without mails, near the start of a window of ten minutes. */
async function newDay(): Promise<void> {
  days += 1;
  const now = Date.now();
  const start = Math.ceil(now / 86_400_000) * 86_400_000 + (days - 1) * 86_400_000 + 3_630_000;
  ahead = Math.round((start - now) / 1000);
  await service.clock(`${ahead}s`);
}

const organization = () => service.organization();

/** Requests `count` mails to an address, one after another: an invitation and resends. */
async function mailOften(by: Client, email: string, count: number): Promise<Answer[]> {
  const first = await invite(by, email);
  const answers = [first];
  while (answers.length < count && first.status === 201) {
    answers.push(await by.call(`POST /v1/invitations/${first.body.id}/resend`));
  }
  return answers;
}

describe('the rate of mails to one mailbox in ten minutes', () => {
  test('is limited for each organization, and others don’t use up its share', async () => {
    await newDay();
    const [stranger, honest] = [await organization(), await organization()];
    const email = newAddress('popular');
    const answers = await mailOften(stranger.owner, email, 4);
    expect([made(answers), errors(answers)]).toEqual([3, ['recipient_rate_exceeded']]);
    const refused = answers.at(-1) as Answer;
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(600);
    expect((await invite(honest.owner, email)).status).toBe(201);
    expect(await service.mails(email)).toHaveLength(4);
    // After the wait, the address is mailed again.
    await service.clock(`${ahead + wait + 1}s`);
    const [again] = (await stranger.owner.call('GET /v1/invitations?perPage=100')).body.data.filter(
      (row: { email: string }) => row.email === email,
    );
    const late = await service.person(stranger.owner.email);
    expect((await late.in(stranger.id).call(`POST /v1/invitations/${again.id}/resend`)).status).toBe(200);
  });

  test('is kept by parallel requests, and refused ones leave nothing behind', async () => {
    await newDay();
    const { owner } = await organization();
    const email = newAddress('popular');
    const first = await invite(owner, email);
    const admins = [owner, ...(await times(2, () => service.member(owner, 'ADMIN')))];
    const answers = await times(6, (index) =>
      (admins[index % 3] as Client).call(`POST /v1/invitations/${first.body.id}/resend`),
    );
    expect(made(answers)).toBeLessThanOrEqual(2);
    expect(await service.mails(email)).toHaveLength(1 + made(answers));
    while ((await owner.call(`POST /v1/invitations/${first.body.id}/resend`)).status === 200);
    const before = await service.items();
    expect((await owner.call(`POST /v1/invitations/${first.body.id}/resend`)).body.error).toBe(
      'recipient_rate_exceeded',
    );
    expect(await service.items()).toEqual(before);
  });

  test('is limited for each person, across organizations', async () => {
    await newDay();
    const person = await service.person(newAddress());
    const email = newAddress('victim');
    const answers: Answer[] = [];
    for (let index = 0; index < 5; index += 1) {
      const created = await person.call('POST /v1/organizations', { body: { name: `No ${index}` } });
      const here = person.in(created.body.id);
      answers.push(await invite(here, email));
      await here.call(`DELETE /v1/organizations/${created.body.id}`);
    }
    expect([made(answers), errors(answers)]).toEqual([3, ['recipient_rate_exceeded', 'recipient_rate_exceeded']]);
    expect(await service.mails(email)).toHaveLength(3);
  });

  test('is limited in total', async () => {
    await newDay();
    const email = newAddress('victim');
    const homes = await times(7, organization);
    const answers = await times(7, (index) => invite((homes[index] as { owner: Client }).owner, email));
    expect(made(answers)).toBe(5);
    expect(new Set(errors(answers))).toEqual(new Set(['recipient_rate_exceeded']));
    expect(await service.mails(email)).toHaveLength(5);
  });

  test('counts addresses with a tag as the mailbox without it, also in one bulk, though they are invited separately', async () => {
    await newDay();
    const { owner } = await organization();
    const [local, domain] = newAddress('box').split('@') as [string, string];
    const rows = ['', '+1', '+2', '+', '+a+b'].map((tag) => ({ email: `${local}${tag}@${domain}`, role: 'USER' }));
    const { status, body } = await owner.call('POST /v1/invitations/bulk', { body: { invitations: rows } });
    expect(status).toBe(200);
    const statuses = body.data.map((row: { status: number }) => row.status);
    expect(statuses).toEqual([201, 201, 201, 429, 429]);
    await service.sweep();
    expect(await times(4, async (index) => (await service.mails(rows[index]?.email as string)).length)).toEqual([
      1, 1, 1, 0,
    ]);
    expect((await owner.call('GET /v1/invitations')).body.meta.total).toBe(3);
  });
});

describe('the number of mails in a day', () => {
  test('is small for a new organization, and grows by ten with each acceptance', async () => {
    await newDay();
    const { owner } = await organization();
    const answers = await times(7, () => invite(owner));
    expect(made(answers)).toBe(4);
    expect(new Set(errors(answers))).toEqual(new Set(['mail_rate_exceeded']));
    // An invitation without a mail isn't counted.
    expect((await invite(owner, newAddress(), { sendEmail: false })).status).toBe(201);
    expect((await invite(owner)).body.error).toBe('mail_rate_exceeded');
    const token = await service.linkToken(answers.find(({ status }) => status === 201)?.body.email);
    expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
    const more = await times(12, () => invite(owner));
    expect(made(more)).toBe(10);
  });

  test('is limited for each person, across new organizations', async () => {
    await newDay();
    const person = await service.person(newAddress());
    const answers: Answer[] = [];
    for (let index = 0; index < 3; index += 1) {
      const created = await person.call('POST /v1/organizations', { body: { name: `No ${index}` } });
      const here = person.in(created.body.id);
      answers.push(await invite(here), await invite(here));
      await here.call(`DELETE /v1/organizations/${created.body.id}`);
    }
    expect([made(answers), errors(answers)]).toEqual([4, ['mail_rate_exceeded', 'mail_rate_exceeded']]);
    expect((await invite((await organization()).owner)).status).toBe(201);
  });

  test('is limited for each person, also in an organization with several members', async () => {
    await newDay();
    const { owner } = await organization();
    await service.member(owner, 'USER');
    await service.member(owner, 'USER');
    const answers = await times(18, () => invite(owner));
    expect(made(answers)).toBe(14);
    expect(new Set(errors(answers))).toEqual(new Set(['mail_rate_exceeded']));
  });

  test('is limited in total, and the limit resets the next day', async () => {
    await newDay();
    const homes = await times(9, organization);
    const answers: Answer[] = [];
    for (const { owner } of homes) answers.push(...(await times(4, () => invite(owner))));
    expect(made(answers)).toBe(30);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error).toBe('mail_rate_exceeded');
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(80_000);
    await newDay();
    const { id, owner } = homes[0] as { id: string; owner: Client & { email: string } };
    expect((await invite((await service.person(owner.email)).in(id))).status).toBe(201);
  });
});
