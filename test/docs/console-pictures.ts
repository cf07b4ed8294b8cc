/** `node test/docs/console-pictures.ts` takes the pictures of the console in the documents, in a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { Muster, type Role } from '../../packages/client/src/index.ts';
import { startStack } from '../../packages/local/stack.ts';
import { launch } from '../support/browser.ts';

const DESKTOP = { viewport: { width: 1180, height: 720 }, locale: 'en-GB' } as const;
const PHONE = { viewport: { width: 390, height: 780 }, locale: 'de-DE' } as const;

/** Each picture, with the page that it shows. */
const PICTURES = {
  'console-members': { page: 'members', options: DESKTOP },
  'console-invitations': { page: 'invitations', options: DESKTOP },
  'console-audit-log': { page: 'audit-log', options: { ...DESKTOP, colorScheme: 'dark' } },
  'console-sites': { page: 'sites', options: DESKTOP },
  'console-phone': { page: 'members', options: { ...PHONE, colorScheme: 'dark' } },
} as const;

const PEOPLE: readonly (readonly [email: string, name: string, role: Role])[] = [
  ['grace@example.com', 'Grace Hopper', 'ADMIN'],
  ['alan@example.com', 'Alan Turing', 'USER'],
  ['katherine@example.com', 'Katherine Johnson', 'USER'],
  ['linus@example.com', 'Linus Pauling', 'OPERATOR'],
  ['mary@example.com', 'Mary Somerville', 'VIEWER'],
  ['emmy@example.com', 'Emmy Noether', 'USER'],
];

const directory = mkdtempSync(join(tmpdir(), 'pictures-'));
await synthesize();
const stack = await startStack({ directory });
const browser = await launch();
try {
  const token = await stack.token({ email: 'ada@example.com', name: 'Ada Lovelace' });
  const ada = new Muster({ baseUrl: stack.api, token });
  const { id: organization } = await ada.organizations.create({ name: 'Acme Energy' });
  const muster = ada.in(organization);
  const members = new Map<string, string>();
  for (const [email, name, role] of PEOPLE) {
    await muster.invitations.create({ email, role });
    const person = new Muster({ baseUrl: stack.api, token: await stack.token({ email, name }) });
    const [invitation] = (await person.me.read()).invitations;
    members.set(email, (await person.me.acceptInvitation(invitation?.id ?? '')).member.id);
  }
  for (const email of ['jane@example.com', 'niels@example.com', 'jonh@example.com', 'marie@example.com']) {
    await muster.invitations.create({ email, role: 'USER' });
  }
  await local('ses-events', {
    eventType: 'Bounce',
    mail: { destination: ['jonh@example.com'] },
    bounce: { bounceType: 'Permanent', bounceSubType: 'NoEmail' },
  });
  await muster.members.update(members.get('emmy@example.com') ?? '', { role: 'OPERATOR' });
  await shareSites();

  for (const [name, { page: at, options }] of Object.entries(PICTURES)) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${stack.api}/console#/${organization}/${at}`);
    await page.getByLabel('E-mail address').fill('ada@example.com');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.row').first().waitFor();
    // Names in sentences are read one by one.
    await page.waitForLoadState('networkidle');
    const path = join(ROOT, 'docs', 'images', `${name}.png`);
    await page.screenshot({ path });
    console.log(`Saved ${path}`);
    await context.close();
  }

  /** Makes two sites, shared with another team, which asks for the sensitive data of one and has that of the other. */
  async function shareSites(): Promise<void> {
    const team = async (name: string) =>
      (await volttime('teams', { name, email: 'ada@example.com', type: 'Other' })).uuid;
    const [field, partner] = [await team('Field service'), await team('Installer North')];
    for (const name of ['Depot Hamburg', 'Depot Berlin']) {
      const { uuid } = await volttime('sites', { name, team_uuid: field });
      await volttime(`sites/${uuid}/teams/invite`, { email: 'ada@example.com' });
      const mails = (await local('mail?to=ada@example.com')) as { text: string }[];
      const [, secret] = /token=([\w-]{64})/.exec(mails.at(-1)?.text ?? '') ?? [];
      await volttime('sites/invite/accept', { token: secret, team_uuid: partner });
      const path = `sites/${uuid}/teams/${partner}`;
      if (name === 'Depot Berlin') {
        await volttime(`${path}/request-sensitive-data`, { reason: 'Repair', requested_data_expires_at: '2027-03-31' });
      } else {
        await volttime(`${path}/grant-sensitive-data`, { expires_never: false, data_access_expires_at: '2027-03-31' });
      }
    }
  }

  async function volttime(path: string, body: object): Promise<{ readonly uuid: string }> {
    const response = await fetch(`${stack.api}/api/v3/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'x-organization-id': organization,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: { uuid: string } }).data;
  }

  async function local(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${stack.api}/_local/${path}`, body && { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
} finally {
  await browser.close();
  await stack.stop();
  rmSync(directory, { recursive: true });
}
