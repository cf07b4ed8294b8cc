import { describe, expect, test } from 'vitest';
import { type Client, newAddress, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService();

/** Delays a write for a second or two, in which another one happens. */
const CONTENDED = { fault: 'conflict', times: 9 };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const BLOCK = 'POST /v1/invitations/block';
const SIMULATOR = 'success@simulator.amazonses.com';

const invite = (owner: Client, email: string, more: object = {}) =>
  owner.call('POST /v1/invitations', { body: { email, role: 'USER', ...more } });
const mailsTo = async (email: string) => (await service.mails(email)).length;

/** Invites a person who then blocks the organization. Returns the tokens of the mail's links. */
async function blocked(email = newAddress('jane')) {
  const { id, owner } = await service.organization();
  await invite(owner, email);
  const [token, stop] = [await service.linkToken(email), await service.linkToken(email, 'stop')];
  expect((await service.call(BLOCK, { body: { token: stop } })).status).toBe(204);
  return { id, owner, email, token, stop };
}

/** Returns the parts of an answer that are the same for every invited address. */
function normalized({ body, status }: { body: Record<string, unknown>; status: number }) {
  const { id: _id, email: _email, ...rest } = body as Record<string, { state?: string; attempts?: number } | null>;
  const text = JSON.stringify(rest).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time');
  return { status, text };
}

describe('a block of an organization', () => {
  test('can be set by both links of a mail, by the page and by the API, and stops all mails', async () => {
    const ways = {
      mail: (_: string, stop: string) =>
        service.call('POST /invitations/block', { body: `token=${stop}`, headers: FORM }),
      page: (token: string) => service.call('POST /invitations/block', { body: `token=${token}`, headers: FORM }),
      link: (token: string) => service.call(BLOCK, { body: { token } }),
    };
    for (const [way, block] of Object.entries(ways)) {
      const { owner } = await service.organization();
      const email = newAddress(way);
      await invite(owner, email);
      const [token, stop] = [await service.linkToken(email), await service.linkToken(email, 'stop')];
      expect((await service.call(`GET /invitations/accept?token=${token}`)).body).toContain(
        'action="/invitations/block"',
      );
      expect((await service.call(`GET /invitations/stop-reminders?token=${stop}`)).body).toContain(
        '/invitations/block',
      );
      expect((await block(token, stop)).status, way).toBeLessThan(300);
      await service.call('POST /v1/invitations/decline', { body: { token } });
      expect((await invite(owner, email)).status).toBe(201);
      expect(await mailsTo(email), way).toBe(1);
    }
    const { id, owner } = await service.organization();
    const jane = await service.person(newAddress('api'));
    await invite(owner, jane.email);
    expect((await jane.call(`PUT /v1/me/blocked-organizations/${id}`)).status).toBe(204);
    const [{ id: invitation }] = (await owner.call('GET /v1/invitations')).body.data;
    expect((await owner.call(`POST /v1/invitations/${invitation}/resend`)).status).toBe(200);
    expect(await mailsTo(jane.email)).toBe(1);
  });

  test('is invisible to the inviter: answers are the same as for a sent mail', async () => {
    const { owner, email, token } = await blocked();
    await service.call('POST /v1/invitations/decline', { body: { token } });
    const other = newAddress('other');
    const before = await mailsTo(SIMULATOR);
    for (const more of [{}, { message: 'Please', expiresInDays: 30 }]) {
      const [muted, sent] = [await invite(owner, email, more), await invite(owner, other, more)];
      expect(normalized(muted)).toEqual(normalized(sent));
      expect(muted.body.delivery).toMatchObject({ state: 'SENT', attempts: 1 });
      for (const route of ['', '/resend']) {
        const call = (id: string) => owner.call(`${route ? 'POST' : 'GET'} /v1/invitations/${id}${route}`);
        expect(normalized(await call(muted.body.id))).toEqual(normalized(await call(sent.body.id)));
      }
      expect(normalized(await invite(owner, email))).toEqual(normalized(await invite(owner, other)));
      for (const { body } of [muted, sent]) await owner.call(`DELETE /v1/invitations/${body.id}`);
    }
    // The SES simulator receives a mail instead and reports delivery. The mail contains nothing of the invitation.
    const taken = (await service.mails(SIMULATOR)).slice(before);
    expect(taken).toHaveLength(4);
    expect(JSON.stringify(taken)).not.toMatch(/token=|Acme|@example\.com.*jane|jane-/);
    const log = JSON.stringify((await owner.call('GET /v1/audit-logs?perPage=100')).body.data);
    expect(log).not.toMatch(/block|mute/);
  });

  test('applies to reminders of a pending invitation, to bulk invitations and to site invites', async () => {
    const { owner, email } = await blocked();
    const count = await mailsTo(email);
    await service.clock('4d');
    await service.sweep();
    await service.clock(0);
    expect(await mailsTo(email)).toBe(count);
    const [{ id, reminders }] = (await owner.call('GET /v1/invitations')).body.data;
    expect(reminders).toBe(1);
    await owner.call(`DELETE /v1/invitations/${id}`);
    await owner.call('POST /v1/invitations/bulk', { body: { invitations: [{ email, role: 'USER' }] } });
    await service.sweep();
    expect(await mailsTo(email)).toBe(count);
    const team = (await owner.call('POST /api/v3/teams', { body: { name: 'Crew', email: owner.email, type: 'Other' } }))
      .body.data.uuid;
    const body = { name: 'Depot', team_uuid: team };
    const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid;
    expect((await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email } })).status).toBe(201);
    expect(await mailsTo(email)).toBe(count);
  });

  test('can be set on the page of a site invite, with the mailed link only', async () => {
    const { owner } = await service.organization();
    const team = (await owner.call('POST /api/v3/teams', { body: { name: 'Crew', email: owner.email, type: 'Other' } }))
      .body.data.uuid;
    const body = { name: 'Depot', team_uuid: team };
    const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid;
    const email = newAddress('site');
    const { invite_token: given } = (await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email } }))
      .body;
    const mailed = await service.linkToken(email);
    expect((await service.call(`GET /site/invite/accept?token=${mailed}`)).body).toContain('/invitations/block');
    expect((await service.call(`GET /site/invite/accept?token=${given}`)).body).not.toContain('/invitations/block');
    const block = (token: string) =>
      service.call('POST /invitations/block', { body: `of=site&token=${token}`, headers: FORM });
    expect((await block(given)).status).toBe(401);
    const byApi = (token: string) => service.call(BLOCK, { body: { token, of: 'site' } });
    expect((await byApi(given)).body.error).toBe('sign_in_required');
    expect((await owner.call(BLOCK, { body: { token: given, of: 'site' } })).status).toBe(403);
    expect((await byApi(mailed)).status).toBe(204);
    await service.call(BLOCK, { body: { token: mailed, of: 'site', blocked: false } });
    // The block link of the mail leads to that page too, and works after the invite was withdrawn.
    const [sent] = (await owner.call(`GET /api/v3/sites/${site}/teams/invites`)).body.data;
    const text = (await service.mails(email)).at(-1)?.text ?? '';
    const page = new URL(/https?:\S+\/invitations\/block\?\S+/.exec(text)?.[0] as string);
    await owner.call(`DELETE /api/v3/sites/${site}/teams/invites/${sent.id}`);
    const shown = await service.call(`GET ${page.pathname}${page.search}`);
    expect([shown.status, shown.body]).toEqual([200, expect.stringContaining('action="/invitations/block"')]);
    expect((await block(mailed)).status).toBe(200);
    await invite(owner, email);
    expect(await mailsTo(email)).toBe(1);
  });

  test('can be removed by the link, the page and the API, and mails are sent again', async () => {
    for (const way of ['link', 'page', 'api']) {
      const { id, owner, email, stop } = await blocked();
      if (way === 'link') await service.call(BLOCK, { body: { token: stop, blocked: false } });
      else if (way === 'page')
        await service.call('POST /invitations/block', { body: `token=${stop}&undo=1`, headers: FORM });
      else await (await service.person(email)).call(`DELETE /v1/me/blocked-organizations/${id}`);
      const [{ id: invitation }] = (await owner.call('GET /v1/invitations')).body.data;
      await owner.call(`POST /v1/invitations/${invitation}/resend`);
      expect(await mailsTo(email), way).toBe(2);
    }
  });

  test('is visible to the person only: GET /v1/me names the organization and hides its invitations', async () => {
    const { id, email } = await blocked();
    const jane = await service.person(email);
    expect((await jane.call('GET /v1/me')).body).toMatchObject({
      invitations: [],
      blockedOrganizations: [{ organizationId: id, organizationName: 'Acme Energy', blockedAt: expect.any(String) }],
    });
    await jane.call(`DELETE /v1/me/blocked-organizations/${id}`);
    expect((await jane.call('GET /v1/me')).body).toMatchObject({ invitations: [{ email }], blockedOrganizations: [] });
  });

  test('can’t be set by an inviter with a link that was returned to them, by strangers, or for an organization that never invited the person', async () => {
    const { id, owner } = await service.organization();
    const email = newAddress();
    const { body } = await invite(owner, email, { sendEmail: false });
    const token = new URL(body.link).searchParams.get('token') as string;
    expect((await service.call(BLOCK, { body: { token } })).body.error).toBe('sign_in_required');
    expect((await owner.call(BLOCK, { body: { token } })).body.error).toBe('invitation_for_another_address');
    expect((await service.call('POST /invitations/block', { body: `token=${token}`, headers: FORM })).status).toBe(401);
    expect((await service.call(BLOCK, { body: { token: 'x'.repeat(64) } })).body.error).toBe('invitation_not_found');
    const stranger = await service.person(newAddress());
    expect((await stranger.call(`PUT /v1/me/blocked-organizations/${id}`)).status).toBe(404);
    expect((await stranger.call('PUT /v1/me/blocked-organizations/org_x')).status).toBe(404);
    expect((await stranger.call(`DELETE /v1/me/blocked-organizations/${id}`)).status).toBe(204);
    await owner.call(`POST /v1/invitations/${body.id}/resend`);
    expect(await mailsTo(email)).toBe(1);
  });

  test.each(someOf(1, ['invitations/create', 'invitations/resend']))(
    'that is set between read and write of %s stops the mail',
    async (name) => {
      const { owner, email, stop } = await blocked();
      await service.call(BLOCK, { body: { token: stop, blocked: false } });
      const [{ id }] = (await owner.call('GET /v1/invitations')).body.data;
      const isNew = name === 'invitations/create';
      if (isNew) await owner.call(`DELETE /v1/invitations/${id}`);
      const count = await mailsTo(email);
      await service.faults([{ function: name, action: 'dynamodb:TransactWriteItems', ...CONTENDED }]);
      const made = isNew ? invite(owner, email) : owner.call(`POST /v1/invitations/${id}/resend`);
      await new Promise((done) => setTimeout(done, 300));
      expect((await service.call(BLOCK, { body: { token: stop } })).status).toBe(204);
      expect((await made).status).toBeLessThan(300);
      await service.faults([]);
      expect(await mailsTo(email)).toBe(count);
    },
  );
});
