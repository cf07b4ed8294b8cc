import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { rounds, someOf, testWhole } from '../support/whole.ts';

// The way of an invitee through an application: accepting there, coming back to it, making an account, words and times.

const APP = 'https://app.example.com/welcome?plan=pro';
const service = useService({
  environment: {
    APPLICATION_URL: 'https://app.example.com/',
    REDIRECT_ORIGINS: 'https://app.example.com,http://localhost:3000',
    SIGN_UP_URL: 'https://id.example.com/sign-up?email={email}&next={redirectUrl}',
    ROLE_LABELS: JSON.stringify({ USER: { en: 'Technician', de: 'Techniker' } }),
    TIME_ZONE: 'Europe/Berlin',
  },
});

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

async function invite(owner: Client, body: object = {}, email = newAddress('jane')) {
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER', ...body } });
  expect(invited.status).toBe(201);
  return { email, id: invited.body.id as string, body: invited.body };
}

/** Creates an expired invitation. */
async function createExpired(owner: Client, body: object = {}) {
  await service.clock('-8d');
  // A new ID token, because an existing one would be from the future.
  const invited = await invite(await service.person(owner.email), body);
  await service.clock(0);
  return invited;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (path: string, token: string) =>
  service.call(`POST /invitations/${path}`, { body: `token=${token}`, headers: FORM });
const open = (token: string) => service.call(`GET /invitations/accept?token=${token}`);
const read = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body;
const members = async (owner: Client) => (await owner.call('GET /v1/members?perPage=100')).body;
const accept = (who: Client, id: string) => who.call(`POST /v1/me/invitations/${id}/accept`);
const decline = (who: Client, id: string) => who.call(`POST /v1/me/invitations/${id}/decline`);
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
const unescaped = (text: string) => text.replaceAll('&amp;', '&');
/** Returns the links of a page that look like buttons, with their labels. */
const buttons = ({ body }: Answer) =>
  [...String(body).matchAll(/<a class="button[^"]*" href="([^"]*)">([^<]*)<\/a>/g)].map(
    ([, href = '', label]) => [label, unescaped(href)] as const,
  );
const redirect = (organization: string, invitation: string, outcome: string) =>
  `${APP}&organization=${organization}&invitation=${invitation}&outcome=${outcome}`;

describe('accepting after sign-in', () => {
  test.each(
    someOf(1, [
      ['mailed', {}],
      ['handed to the inviter', { sendEmail: false }],
    ]),
  )('takes what GET /v1/me shows, without a link (%s)', async (_, how) => {
    const { id: organizationId, owner } = await service.organization('Acme Energy');
    const team = (await owner.call('POST /v1/teams', { body: { name: 'Berlin', isPrivate: false } })).body;
    const { email, id } = await invite(owner, { ...how, teams: [team.id], redirectUrl: APP });
    const jane = await service.person(email, { name: 'Jane Doe' });
    const [waiting, ...others] = (await jane.call('GET /v1/me')).body.invitations;
    expect(others).toEqual([]);
    expect(waiting).toMatchObject({
      ...{ id, organizationId, organizationName: 'Acme Energy', role: 'USER', status: 'PENDING', redirectUrl: APP },
      ...{ expiresAt: expect.any(String), inviterName: 'Ada Owner' },
    });
    const accepted = await accept(jane, id);
    expect(accepted).toMatchObject({
      status: 200,
      body: {
        member: { role: 'USER', organizationId, userProfile: { email, firstName: 'Jane' }, claimed: true },
        invitation: { id, status: 'ACCEPTED', joinedTeams: [team.id], skippedTeams: [] },
      },
    });
    const me = (await jane.call('GET /v1/me')).body;
    expect(me).toMatchObject({ invitations: [], memberships: [{ organizationId, role: 'USER' }] });
    expect(me.teams).toMatchObject([{ id: team.id }]);
    const [entry] = (await owner.call('GET /v1/audit-logs?action=invitation.accept')).body.data;
    expect(entry).toMatchObject({ resourceId: id, actorType: 'user', actorId: me.id });

    expect(await accept(jane, id), 'again').toEqual(
      expect.objectContaining({ status: 200, body: expect.objectContaining({ member: accepted.body.member }) }),
    );
    expect((await members(owner)).meta.total).toBe(2);
  });

  test('declines too, and the organization doesn’t learn that it was somebody with an account', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner, { sendEmail: false });
    const jane = await service.person(email, { name: 'Jane Doe' });
    const me = (await jane.call('GET /v1/me')).body;
    expect(await decline(jane, id)).toMatchObject({ status: 200, body: { invitation: { id, status: 'DECLINED' } } });
    expect(await decline(jane, id)).toMatchObject({ status: 410, body: { error: 'invitation_declined' } });
    expect(await accept(jane, id)).toMatchObject({ status: 410, body: { error: 'invitation_declined' } });
    const log = (await owner.call('GET /v1/audit-logs')).body.data;
    expect(log[0]).toMatchObject({ action: 'invitation.decline', actorType: 'link', actorId: id, sourceAddress: null });
    expect(JSON.stringify(log)).not.toMatch(new RegExp(`${me.id}|Jane`));
    expect((await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })).status).toBe(201);
  });

  test('leaves the role and teams of a person who is a member already', async () => {
    const { owner } = await service.organization();
    const [first, second] = [newAddress(), newAddress()];
    const jane = await service.member(owner, 'VIEWER', first);
    await jane.call('GET /v1/me');
    const { id } = await invite(owner, { role: 'ADMIN' }, second);
    // Her address at the issuer changes to the other invited one.
    const { sub } = JSON.parse(Buffer.from(jane.token.split('.')[1] as string, 'base64url').toString());
    const moved = await service.person(second, { subject: sub });
    expect(await accept(moved, id)).toMatchObject({
      status: 200,
      body: { member: { role: 'VIEWER' }, invitation: { id, status: 'ACCEPTED' } },
    });
    expect((await members(owner)).meta.total).toBe(2);
  });

  test('joins a team again whose row of an earlier membership is still there', async () => {
    const { owner } = await service.organization();
    const team = (await owner.call('POST /v1/teams', { body: { name: 'Berlin' } })).body.id;
    const jane = await service.member(owner, 'USER', newAddress());
    await owner.call(`PUT /v1/teams/${team}/members/${jane.memberId}`, { body: { role: 'MEMBER' } });
    await owner.call(`DELETE /v1/members/${jane.memberId}`);
    const { id } = await invite(owner, { teams: [team] }, jane.email);
    const accepted = await accept(jane, id);
    expect(accepted.body.invitation).toMatchObject({ joinedTeams: [team] });
    expect((await owner.call(`GET /v1/teams/${team}`)).body.memberCount).toBe(2);
  });

  test('is 404 for everybody else, for made-up ids, and without a verified address it is refused', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const other = await service.person(newAddress());
    await other.call('GET /v1/me');
    const unverified = await service.person(email, { unverified: true });
    const { token } = (await owner.call('POST /v1/access-tokens', { body: { name: 'robot' } })).body;
    const before = await service.items();
    for (const act of ['accept', 'decline']) {
      const route = `POST /v1/me/invitations/${id}/${act}`;
      const unknown = [
        await owner.call(route),
        await other.call(route),
        await other.call(`POST /v1/me/invitations/inv_00000000000000000000000000/${act}`),
        await other.call(`POST /v1/me/invitations/x/${act}`),
      ];
      for (const { status, body } of unknown) {
        expect([status, body.error, body.message]).toEqual([
          ...[404, 'invitation_not_found'],
          unknown[0]?.body.message,
        ]);
      }
      expect((await unverified.call(route)).body.error).toBe('email_not_verified');
      expect((await service.call(route)).status).toBe(401);
      const byToken = await service.call(route, { headers: { authorization: `Bearer ${token}` } });
      expect(byToken.body.error).toBe('token_not_allowed');
    }
    expect(await service.items()).toEqual(before);
    expect((await read(owner, id)).status).toBe('PENDING');
  });

  test('is refused with the reason when the invitation is over', async () => {
    const { owner } = await service.organization();
    const expired = await createExpired(owner);
    const revoked = await invite(owner);
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    const admin = await service.member(owner, 'ADMIN');
    const orphaned = await invite(admin);
    await owner.call(`DELETE /v1/members/${admin.memberId}`);
    const left = await invite(owner);
    const leaver = await service.person(left.email);
    const { member } = (await accept(leaver, left.id)).body;
    await owner.call(`DELETE /v1/members/${member.id}`);
    for (const [{ email, id }, error] of [
      [expired, 'invitation_expired'],
      [revoked, 'invitation_revoked'],
      [orphaned, 'inviter_removed'],
      [left, 'invitation_used'],
    ] as const) {
      const person = await service.person(email);
      expect(await accept(person, id), error).toMatchObject({ status: 410, body: { error } });
    }
    // Another admin's resend makes them valid again, also for who doesn't open the mail.
    for (const { id } of [expired, orphaned]) {
      expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    }
    for (const { email, id } of [expired, orphaned]) {
      expect((await accept(await service.person(email), id)).status).toBe(200);
    }
  });

  test('keeps the membership of who has joined by another way', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner, { role: 'ADMIN' });
    const jane = await service.person(email);
    const token = await service.linkToken(email);
    const byLink = await service.call('POST /v1/invitations/accept', { body: { token } });
    expect(await accept(jane, id)).toMatchObject({ status: 200, body: { member: { id: byLink.body.member.id } } });
    expect((await members(owner)).meta.total).toBe(2);
  });

  test('takes one seat and makes one membership in many parallel calls, by id and by link', async () => {
    const { owner } = await service.organization();
    const { email, id } = await invite(owner);
    const jane = await service.person(email);
    await jane.call('GET /v1/me');
    const token = await service.linkToken(email);
    await service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 120 }]);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        n % 2 ? accept(jane, id) : jane.call('POST /v1/invitations/accept', { body: { token } }),
      ),
    );
    expect(statuses(answers)).toEqual(Array(6).fill(200));
    expect(new Set(answers.map(({ body }) => body.member.id)).size).toBe(1);
    expect((await members(owner)).meta.total).toBe(2);
  });

  test('against a revocation exactly one wins', async () => {
    const { owner } = await service.organization();
    for (let round = 0; round < rounds(4); round += 1) {
      const { email, id } = await invite(owner);
      const jane = await service.person(email);
      await jane.call('GET /v1/me');
      await service.faults([{ action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 120 }]);
      const [accepted, revoked] = await Promise.all([accept(jane, id), owner.call(`DELETE /v1/invitations/${id}`)]);
      const { status } = await read(owner, id);
      const isMember = JSON.stringify(await members(owner)).includes(email);
      expect([accepted.status, revoked.status, status, isMember]).toEqual(
        accepted.status === 200 ? [200, 409, 'ACCEPTED', true] : [410, 204, 'REVOKED', false],
      );
    }
  });

  test('checks the inviter of the moment, also if a resend comes between its read and its write', async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const { email, id, body } = await invite(owner);
    const jane = await service.person(email);
    await jane.call('GET /v1/me');
    // After it has read the invitation, it reads whether the inviter may still invite.
    await service.faults([{ function: 'me/accept-invitation', key: body.invitedBy, fault: 'delay', ms: 2500 }]);
    const accepting = accept(jane, id);
    await new Promise((done) => setTimeout(done, 600));
    expect((await admin.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
    expect((await owner.call(`DELETE /v1/members/${admin.memberId}`)).status).toBe(204);
    expect(await accepting).toMatchObject({ status: 410, body: { error: 'inviter_removed' } });
    expect((await members(owner)).meta.total).toBe(1);
  });

  testWhole('is refused when the person is in too many organizations, and the invitation stays', async () => {
    const email = newAddress('busy');
    const jane = await service.person(email);
    for (let count = 0; count < 40; count += 1) {
      expect((await jane.call('POST /v1/organizations', { body: { name: `Own ${count}` } })).status).toBe(201);
    }
    const { owner } = await service.organization();
    const { id } = await invite(owner, {}, email);
    expect(await accept(jane, id)).toMatchObject({ status: 409, body: { error: 'organization_limit_reached' } });
    expect((await read(owner, id)).status).toBe('PENDING');
  });
});

describe('a redirect URL', () => {
  test('is stored as it was given, shown to the inviter and the invitee, and kept by a resend', async () => {
    const { owner } = await service.organization();
    for (const redirectUrl of [APP, 'https://app.example.com', 'http://localhost:3000/x#y']) {
      const { id, email, body } = await invite(owner, { redirectUrl });
      expect(body.redirectUrl).toBe(redirectUrl);
      await owner.call(`POST /v1/invitations/${id}/resend`);
      expect((await read(owner, id)).redirectUrl).toBe(redirectUrl);
      expect((await owner.call('GET /v1/invitations')).body.data[0].redirectUrl).toBe(redirectUrl);
      const me = (await (await service.person(email)).call('GET /v1/me')).body;
      expect(me.invitations[0].redirectUrl).toBe(redirectUrl);
    }
    expect((await invite(owner)).body.redirectUrl).toBeNull();
  });

  test('is refused if it is none of the web, or of an origin that isn’t allowed, and nothing is stored', async () => {
    const { owner } = await service.organization();
    const before = await service.items();
    const send = (redirectUrl: unknown) =>
      owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER', redirectUrl } });
    for (const url of ['javascript:alert(1)', '/welcome', 'https://user@app.example.com/', '', 7, null, [APP]]) {
      expect(await send(url), String(url)).toMatchObject({
        status: 400,
        body: { error: 'validation_failed', details: { redirectUrl: [expect.any(String)] } },
      });
    }
    expect((await send(`https://app.example.com/${'x'.repeat(1000)}`)).body.error).toBe('validation_failed');
    for (const url of ['https://evil.example/', 'https://app.example.com.evil.example/', 'http://localhost:3001/']) {
      expect(await send(url), url).toMatchObject({ status: 400, body: { error: 'redirect_not_allowed' } });
    }
    expect(await service.items()).toEqual(before);
  });

  test('belongs to a row of a bulk request, and a wrong one stops none of the others', async () => {
    const { owner } = await service.organization();
    const row = (redirectUrl?: string) => ({ email: newAddress(), role: 'USER', redirectUrl });
    const invitations = [row(APP), row('https://evil.example/'), row('javascript:alert(1)'), row()];
    for (const dryRun of [true, false]) {
      const { data } = (await owner.call('POST /v1/invitations/bulk', { body: { invitations, dryRun } })).body;
      expect(data).toMatchObject([
        { status: 201, invitation: { redirectUrl: APP } },
        { status: 400, error: 'redirect_not_allowed' },
        { status: 400, error: 'validation_failed', details: { redirectUrl: expect.anything() } },
        { status: 201, invitation: { redirectUrl: null } },
      ]);
    }
  });

  test('goes with the invitee’s address when they are erased', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner, { redirectUrl: 'https://app.example.com/?for=Vanishing-Viola' });
    await (await service.person(email)).call('DELETE /v1/me');
    expect(JSON.stringify(await service.items())).not.toContain('Vanishing-Viola');
  });
});

describe('the page after accepting', () => {
  test('sends a person with an account to the redirect URL at once, also when the link is opened again', async () => {
    const { id: organization, owner } = await service.organization();
    const { email, id } = await invite(owner, { redirectUrl: APP });
    await (await service.person(email)).call('GET /v1/me');
    const token = await service.linkToken(email);
    const url = redirect(organization, id, 'accepted');
    for (const page of [await post('accept', token), await post('accept', token), await open(token)]) {
      expect(page.status).toBe(200);
      expect(page.headers.get('refresh')).toBe(`0;url=${url}`);
      expect(buttons(page)).toEqual([['Continue to Muster', url]]);
      expect(page.body).toContain('Sign in to Muster');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
      for (const [, href] of buttons(page)) expect(href).not.toContain(token);
    }
  });

  test('says to create an account where there is none, with the address filled in, until somebody has signed in', async () => {
    const { id: organization, owner } = await service.organization();
    const { email, id } = await invite(owner, { redirectUrl: APP, language: 'de' }, newAddress('jane+tag'));
    const token = await service.linkToken(email);
    const before = await open(token);
    expect(before.body, 'nothing about accounts before the acceptance').not.toMatch(/Konto|id\.example\.com/);
    const url = redirect(organization, id, 'accepted');
    for (const page of [await post('accept', token), await open(token)]) {
      expect(page.headers.get('refresh')).toBeNull();
      expect(page.body).toContain('Legen Sie mit dieser Adresse ein Konto für Muster an');
      expect(buttons(page)).toEqual([
        [
          'Konto anlegen',
          `https://id.example.com/sign-up?email=${encodeURIComponent(email)}&next=${encodeURIComponent(url)}`,
        ],
        ['Weiter zu Muster', url],
      ]);
    }
    await (await service.person(email)).call('GET /v1/me');
    const later = await open(token);
    expect([later.headers.get('refresh'), later.body.includes('Konto')]).toEqual([`0;url=${url}`, false]);
  });

  test('leads to the application without a redirect URL', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const page = await post('accept', await service.linkToken(email));
    expect(buttons(page)).toEqual([
      [
        'Create account',
        `https://id.example.com/sign-up?email=${encodeURIComponent(email)}&next=${encodeURIComponent('https://app.example.com/')}`,
      ],
      ['Continue to Muster', 'https://app.example.com/'],
    ]);
  });

  test('says that the link is used once the membership has ended', async () => {
    const { owner } = await service.organization();
    const { email } = await invite(owner);
    const token = await service.linkToken(email);
    const { member } = (await service.call('POST /v1/invitations/accept', { body: { token } })).body;
    await owner.call(`DELETE /v1/members/${member.id}`);
    const page = await open(token);
    expect([page.status, page.body.includes('This invitation was already accepted')]).toEqual([410, true]);
  });
});

describe('the other pages', () => {
  test('lead to the redirect URL with the outcome, and name the organization and the inviter', async () => {
    const { id: organization, owner } = await service.organization('Acme <Energy>');
    const more = { redirectUrl: APP };
    const expired = await createExpired(owner, more);
    const [revoked, declined, superseded, used] = [
      await invite(owner, more),
      await invite(owner, more),
      await invite(owner, more),
      await invite(owner, more),
    ];
    const tokens = new Map<string, string>();
    for (const { id, email } of [expired, revoked, declined, superseded, used]) {
      tokens.set(id, await service.linkToken(email));
    }
    const tokenOf = ({ id }: { id: string }) => tokens.get(id) as string;
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    expect(buttons(await post('decline', tokenOf(declined)))).toEqual([
      ['Continue to Muster', redirect(organization, declined.id, 'declined')],
    ]);
    await owner.call(`POST /v1/invitations/${superseded.id}/resend`);
    const usedBy = (await service.call('POST /v1/invitations/accept', { body: { token: tokenOf(used) } })).body.member;
    await owner.call(`DELETE /v1/members/${usedBy.id}`);
    for (const [outcome, invitation] of Object.entries({ expired, revoked, declined, superseded, used })) {
      for (const page of [await open(tokenOf(invitation)), await post('accept', tokenOf(invitation))]) {
        expect(page.status, outcome).toBe(410);
        expect(buttons(page), outcome).toEqual([
          ['Continue to Muster', redirect(organization, invitation.id, outcome)],
        ]);
        expect(page.headers.get('refresh')).toBeNull();
        expect(page.body).toContain(
          '<strong><bdi>Ada Owner</bdi></strong> invited you to <strong><bdi>Acme &lt;Energy&gt;</bdi></strong>.',
        );
      }
    }
  });

  test('name no inviter who has left, and tell strangers nothing', async () => {
    const { id: organization, owner } = await service.organization('Acme Energy');
    const admin = await service.member(owner, 'ADMIN', newAddress('gone'));
    await (await service.person(admin.email, { name: 'Gone Gunnar' })).call('GET /v1/me');
    const [orphaned, revoked] = [await invite(admin, { redirectUrl: APP }), await invite(admin)];
    const tokens = [await service.linkToken(orphaned.email), await service.linkToken(revoked.email)] as const;
    await owner.call(`DELETE /v1/invitations/${revoked.id}`);
    await owner.call(`DELETE /v1/members/${admin.memberId}`);
    for (const token of tokens) {
      const page = await open(token);
      expect(page.status).toBe(410);
      expect(page.body).toContain('You were invited to <strong><bdi>Acme Energy</bdi></strong>.');
      expect(page.body).not.toMatch(/Gunnar|gone-/);
    }
    expect(buttons(await open(tokens[0]))).toEqual([
      ['Continue to Muster', redirect(organization, orphaned.id, 'inviter_removed')],
    ]);
    const bytes = Buffer.from(tokens[1], 'base64url');
    bytes.writeUInt8((bytes.readUInt8(47) + 4) % 256, 47);
    const forged = await open(bytes.toString('base64url'));
    expect(forged.status).toBe(404);
    expect(forged.body).toBe((await open('x')).body);
    expect(forged.body).not.toMatch(/Acme|app\.example\.com/);
  });

  test('lead the holder of a handed-out link to the application, which accepts by the id', async () => {
    const { id: organization, owner } = await service.organization('Acme Energy');
    const { id, email, body } = await invite(owner, { redirectUrl: APP, sendEmail: false });
    const token = new URL(body.link).searchParams.get('token') as string;
    const url = redirect(organization, id, 'pending');
    expect(buttons(await open(token))).toEqual([['Continue to Muster', url]]);
    const posted = await post('accept', token);
    expect([posted.status, buttons(posted)]).toEqual([401, [['Continue to Muster', url]]]);
    expect(posted.body).toContain('Acme Energy');
    const jane = await service.person(email);
    expect((await accept(jane, new URL(url).searchParams.get('invitation') as string)).status).toBe(200);
    expect((await open(token)).status, 'no page after the acceptance: it would tell of an account').toBe(410);
  });
});

describe('words', () => {
  test('call a role the same in mail, page and API, as the deployment does', async () => {
    const { owner } = await service.organization();
    const { data } = (await service.call('GET /v1/roles')).body;
    expect(data.map(({ role }: { role: string }) => role)).toEqual(['ADMIN', 'USER', 'OPERATOR', 'VIEWER']);
    expect(data[1]).toMatchObject({ role: 'USER', label: { en: 'Technician', de: 'Techniker' } });
    for (const language of ['en', 'de'] as const) {
      for (const { role, label, description } of data) {
        const { email, body } = await invite(owner, { role, language });
        expect(body.role).toBe(role);
        const mail = (await service.mails(email)).at(-1);
        const page = await open(await service.linkToken(email));
        expect(mail?.text).toContain(`${label[language]}. ${description[language]}`);
        expect(page.body).toContain(`<strong>${label[language]}.</strong> ${description[language]}`);
      }
    }
  });

  test('have the deployment’s time zone in mails, and in pages for browsers without JavaScript', async () => {
    const { owner } = await service.organization();
    const { email, body } = await invite(owner);
    const at = new Date(body.expiresAt);
    const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(at);
    const zone = new RegExp(`${time} CES?T`);
    expect((await service.mails(email)).at(-1)?.text).toMatch(zone);
    const page = await open(await service.linkToken(email));
    expect(page.body).toMatch(new RegExp(`<time datetime="${body.expiresAt}">[^<]*${time} CES?T</time>`));
  });
});
