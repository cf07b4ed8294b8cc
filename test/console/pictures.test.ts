import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { visitConsole } from '../support/console.ts';
import { useService } from '../support/service.ts';

// Takes the pictures of docs/console.md and README.md: `MUSTER_PICTURES=1 npm test -- test/console/pictures.test.ts`.

const service = useService();
const browser = useBrowser();

const PEOPLE = {
  ...{ 'Grace Hopper': 'ADMIN', 'Alan Turing': 'USER', 'Katherine Johnson': 'USER', 'Linus Pauling': 'OPERATOR' },
  ...{ 'Mary Somerville': 'VIEWER', 'Emmy Noether': 'OPERATOR' },
};

test.runIf(process.env.MUSTER_PICTURES)(
  'the pictures are taken',
  async () => {
    const ada = await service.person('ada@example.com', { name: 'Ada Lovelace' });
    const { id } = await ada.muster.organizations.create({ name: 'Acme Energy' });
    const owner = ada.in(id);
    for (const [name, role] of Object.entries(PEOPLE)) {
      const [firstName = '', lastName = ''] = name.split(' ');
      const member = await service.member(owner, role, `${firstName}@example.com`.toLowerCase());
      await member.muster.me.update({ firstName, lastName });
    }
    const team = async (name: string) =>
      (await owner.call('POST /api/v3/teams', { body: { name, email: owner.email, type: 'Other' } })).body.data.uuid;
    const [field, north] = [await team('Field service'), await team('Installer North')];
    for (const name of ['Depot Hamburg', 'Depot Berlin']) {
      const body = { name, team_uuid: field };
      const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid;
      await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email: owner.email } });
      const token = await service.linkToken(owner.email);
      await owner.call('POST /api/v3/sites/invite/accept', { body: { token, team_uuid: north } });
      const asked = { reason: 'To repair the chargers', requested_data_expires_at: '2027-03-31' };
      await owner.call(`POST /api/v3/sites/${site}/teams/${north}/request-sensitive-data`, { body: asked });
    }
    for (const name of ['jane', 'niels', 'jonh', 'marie']) {
      const message = name === 'jane' ? { message: 'Hi Jane, we plan the new site here.' } : {};
      await owner.muster.invitations.create({ email: `${name}@example.com`, role: 'USER', ...message });
    }
    const bounce = { bounceType: 'Permanent', bounceSubType: 'NoEmail' };
    await service.mailEvent({ eventType: 'Bounce', mail: { destination: ['jonh@example.com'] }, bounce });

    const pages = [
      ['members', 'members', 'light', 1180, 720],
      ['invitations', 'invitations', 'light', 1180, 720],
      ['sites', 'sites', 'light', 1180, 720],
      ['audit-log', 'audit-log', 'dark', 1180, 720],
      ['members', 'phone', 'light', 390, 780],
    ] as const;
    for (const [page, name, colorScheme, width, height] of pages) {
      const visit = { email: owner.email, fragment: `#/${id}/${page}` };
      const options = { colorScheme, viewport: { width, height } };
      await visitConsole(browser(), service, { ...visit, options }, async (shown) => {
        await shown.locator('li.row').first().waitFor();
        await shown.waitForLoadState('networkidle');
        await shown.screenshot({ path: `docs/images/console-${name}.png`, animations: 'disabled' });
      });
    }
    const shown = await browser().newPage({ viewport: { width: 480, height: 400 }, locale: 'en-GB' });
    const opened = await shown.goto(
      `${service.api}/invitations/accept?token=${await service.linkToken('jane@example.com')}`,
    );
    expect(opened?.status()).toBe(200);
    await shown.screenshot({ path: 'docs/images/invitation.png', fullPage: true });
    await shown.close();
  },
  180_000,
);
