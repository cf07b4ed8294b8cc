import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf, readConfig as readFrom, readStages } from '../../cdk/config.ts';
import { ROOT } from '../../cdk/fingerprint.ts';

const { stages } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
const mailSender = 'Muster <invitations@example.com>';
const readConfig = (all: unknown, stage: string) => readFrom(readStages(all, undefined), stage);
const read = (settings: object, stage = 'development') => readConfig({ [stage]: settings }, stage);

function refusal(settings: object): string {
  try {
    read(settings);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was refused.');
}

describe('configuration', () => {
  it('reads the stages of cdk.json, and the permanent one once it has a sender', () => {
    expect(readConfig(stages, 'development')).toMatchObject({ allowedOrigins: ['*'], protect: false });
    const own = { ...stages, production: { ...stages.production, mailSender: 'Muster <invitations@mail.acme.org>' } };
    expect(readConfig(own, 'production')).toMatchObject({ logDays: 90, protect: true });
  });

  it('comes from a file of the deployer’s, if there is one, instead of cdk.json', () => {
    const directory = mkdtempSync(join(tmpdir(), 'config-'));
    const file = join(directory, 'muster.json');
    const readFile = (stage: string) => readFrom(readStages(stages, file), stage);
    writeFileSync(file, JSON.stringify({ staging: { mailSender: 'invitations@mail.acme.org' } }));
    expect(readFile('staging')).toMatchObject({ senderAddress: 'invitations@mail.acme.org' });
    expect(() => readFile('production')).toThrow(`no stage "production" in ${file}. Choose one of: staging.`);
    writeFileSync(file, '{"staging": {}}');
    expect(() => readFile('staging')).toThrow(`Correct these in ${file}:\n  staging.mailSender: `);
    rmSync(directory, { recursive: true });
    expect(() => readFile('staging')).toThrow(`${file} can't be read: ENOENT`);
  });

  it('of each developer’s disposable stage is that of development, without its SES identity', () => {
    const all = { development: { mailSender, logDays: 3 }, 'development-bob': { mailSender, logDays: 5 } };
    const ada = { logDays: 3, protect: false, createMailIdentity: false };
    expect(readConfig(all, 'development-ada')).toMatchObject(ada);
    expect(readConfig(all, 'development-bob')).toMatchObject({ logDays: 5, protect: false });
  });

  describe('the SES identity of a domain is created by one stage', () => {
    const sender = (domain: string, more: object = {}) => ({ mailSender: `Muster <invitations@${domain}>`, ...more });
    const creates = (all: object, stage: string) => readConfig(all, stage).createMailIdentity;

    it('by a stage whose domain no other stage has', () => {
      const all = { development: sender('dev.acme.org'), production: sender('acme.org') };
      expect([creates(all, 'development'), creates(all, 'production')]).toEqual([true, true]);
    });

    it('by the permanent stage and not by development, if they have the same domain', () => {
      const all = { development: sender('acme.org'), production: sender('acme.org') };
      expect([creates(all, 'development'), creates(all, 'production')]).toEqual([false, true]);
    });

    it('by development if the permanent stage doesn’t create it, has only a placeholder, or development says so', () => {
      const production = sender('acme.org', { createMailIdentity: false });
      expect(creates({ development: sender('acme.org'), production }, 'development')).toBe(true);
      expect(creates({ development: sender('example.com'), production: sender('example.com') }, 'development')).toBe(
        true,
      );
      const development = sender('acme.org', { createMailIdentity: true });
      expect(creates({ development, production: sender('acme.org') }, 'development')).toBe(true);
    });

    it('two permanent stages with the same domain must say which', () => {
      const all = { staging: sender('acme.org'), production: sender('acme.org') };
      expect(() => creates(all, 'production')).toThrow('since staging also sends from acme.org');
      const said = { ...all, staging: sender('acme.org', { createMailIdentity: false }) };
      expect([creates(said, 'production'), creates(said, 'staging')]).toEqual([true, false]);
    });
  });

  it.each([
    ...['example.com', 'mail.example.com', 'EXAMPLE.ORG', 'example.net', 'acme.example', 'acme.test'],
    ...['acme.invalid', 'app.localhost'],
  ])('accepts a placeholder sender at %s only in a disposable stage', (domain) => {
    const placeholder = { mailSender: `Muster <invitations@${domain}>`, logDays: 8 };
    const refused = () => read(placeholder, 'staging');
    expect(refused).toThrow('stages.staging.mailSender: is a placeholder that can not send');
    expect(refused).toThrow('stages.staging.logDays');
    expect(read({ mailSender: placeholder.mailSender }).senderAddress).toMatch(/^invitations@/);
    for (const own of ['acme-example.com', 'example.com.acme.org', 'myexample.org', 'testing.org']) {
      expect(read({ mailSender: `invitations@${own}` }, 'staging').senderAddress).toBe(`invitations@${own}`);
    }
  });

  it("refuses cdk.json's unedited production stage, whose sender is a placeholder", () => {
    expect(() => readConfig(stages, 'production')).toThrow('stages.production.mailSender: is a placeholder');
  });

  it.each(['staging', 'toString'])('names the known stages when there is no stage %s', (stage) => {
    expect(() => readConfig(stages, stage)).toThrow(
      `There is no stage "${stage}" in cdk.json. Choose one of: development, production.`,
    );
  });

  it('says that there are no stages when cdk.json has none', () => {
    expect(() => readConfig(undefined, 'development')).toThrow('Choose one of: none.');
  });

  it('reports all mistakes together, each with its path in cdk.json', () => {
    const mistakes = {
      issuer: 'http://issuer.example.com',
      audience: '',
      claims: { mail: 'upn' },
      productName: '',
      productColor: 'blue',
      logoUrl: 'logo.png',
      supportAddress: 'support',
      mailSender: 'Muster <invitations>',
      createMailIdentity: 'no',
      publicUrl: 'api.example.com',
      applicationUrl: 'javascript:alert(1)',
      redirectOrigins: ['https://app.example.com/', 'javascript:alert(1)', 'http://app.example.com'],
      signUpUrl: 'https://app.example.com/sign-up?email={mail}',
      roleLabels: { USER: { en: ' ' } },
      timeZone: 'Berlin',
      limits: { members: 0, member: 5, teamsOfSite: 86 },
      invitationDays: 31,
      auditDays: 1.5,
      logDays: 8,
      organizationCreators: ['ada@example.com', 'ada'],
      allowedOrigins: ['https://app.example.com/'],
      throttle: { rate: 10 },
      throttleAnonymous: { rate: 0, burst: 1 },
      concurrencyQuota: 0,
      memory: 128,
      alarms: 'many',
      alarmEmail: 'ops@',
      alarmTopic: 'alarms',
      dashboard: 'yes',
      monthlyBudget: 0,
      permissionsBoundary: 'arn:aws:iam::123456789012:role/boundary',
      kmsKeyArn: 'alias/muster',
      colour: 'red',
    };
    const message = refusal(mistakes);
    for (const key of [
      ...Object.keys(mistakes).filter((key) => !['claims', 'limits', 'organizationCreators', 'colour'].includes(key)),
      'claims: Unrecognized key: "mail"',
      'limits.members',
      'limits.member',
      'limits.teamsOfSite',
      'organizationCreators.1',
    ]) {
      expect(message).toContain(`\n  stages.development.${key}`);
    }
    expect(message).toContain('"colour"');
  });

  it('requires issuer and audience together, and reports this beside other mistakes', () => {
    const together = 'stages.development.audience: belongs to issuer: give both or neither';
    expect(refusal({ mailSender, issuer: 'https://issuer.example.com' })).toContain(together);
    const both = refusal({ audience: 'app' });
    expect(both).toContain(together);
    expect(both).toContain('stages.development.mailSender');
  });

  it('accepts a client id of the console only with an issuer and a console', () => {
    const own = { mailSender, consoleClientId: 'console' };
    const alone = 'stages.development.consoleClientId: belongs to issuer and a console: leave it out';
    const issuer = { issuer: 'https://issuer.example.com', audience: 'app' };
    expect(refusal(own)).toContain(alone);
    expect(refusal({ ...own, ...issuer, console: false })).toContain(alone);
    expect(environmentOf(read({ ...own, ...issuer }))).toMatchObject({ CONSOLE_CLIENT_ID: 'console' });
  });

  it('accepts a budget only with somebody who is told', () => {
    expect(() => read({ mailSender, monthlyBudget: 20 })).toThrow('stages.development.monthlyBudget: needs alarmEmail');
    const told = { alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:alarms' };
    expect(read({ mailSender, monthlyBudget: 20, ...told }).monthlyBudget).toBe(20);
  });

  it('refuses tags that AWS reserves', () => {
    expect(() => read({ mailSender, tags: { 'aws:team': 'a' } })).toThrow('stages.development.tags');
    expect(read({ mailSender, tags: { 'cost:center': '4711' } }).tags).toEqual({ 'cost:center': '4711' });
  });

  it.each([
    ['invitations@example.com', 'invitations@example.com'],
    ['Muster <Invitations@Example.com>', 'invitations@example.com'],
    ['"Zoë, Inc." <z@mail.example.com>', 'z@mail.example.com'],
  ])('accepts the sender %s', (sender, address) => {
    expect(read({ mailSender: sender }).senderAddress).toBe(address);
  });

  it.each(['Muster <a@example.com>, b@example.com', 'a@example.com\r\nBcc: b@example.com', '<a@example.com> Muster'])(
    'refuses the sender %j',
    (sender) => {
      expect(() => read({ mailSender: sender })).toThrow('stages.development.mailSender');
    },
  );
});

describe('the environment of functions', () => {
  it('has the configured settings and no others', () => {
    expect(environmentOf(read({ mailSender }))).toEqual({
      AUDIT_DAYS: '365',
      CONSOLE: '1',
      DIALECTS: 'v1,papershift,rocketchat,volttime',
      INVITATION_DAYS: '7',
      MAIL_FROM: mailSender,
      PRODUCT_NAME: 'Muster',
    });
  });

  it('has the origin of the application as the only one for redirects, unless others are configured', () => {
    const origins = (more: object) => environmentOf(read({ mailSender, ...more })).REDIRECT_ORIGINS;
    const applicationUrl = 'https://app.example.com/start?x=1';
    expect(origins({ applicationUrl })).toBe('https://app.example.com');
    expect(origins({ applicationUrl, redirectOrigins: [] })).toBeUndefined();
    expect(origins({ redirectOrigins: ['https://www.example.com'] })).toBe('https://www.example.com');
  });

  it('has every setting that can be configured', () => {
    const config = read({
      mailSender,
      claims: { email: 'upn', emailVerified: 'xms_edov', name: 'n', givenName: 'g', familyName: 'f' },
      organizationCreators: ['Ada@Example.com', 'bob@example.com'],
      limits: { members: 5 },
      invitationDays: 14,
      auditDays: 30,
      applicationUrl: 'https://app.example.com/start',
      redirectOrigins: ['https://app.example.com', 'http://localhost:3000'],
      signUpUrl: 'https://app.example.com/sign-up?email={email}',
      roleLabels: { USER: { en: ' Technician ' } },
      timeZone: 'Europe/Berlin',
      productName: 'Volt',
      productColor: '#3355ff',
      logoUrl: 'https://example.com/logo.png',
      supportAddress: 'help@example.com',
      console: false,
      dialects: ['volttime'],
    });
    expect(environmentOf(config)).toEqual({
      APPLICATION_URL: 'https://app.example.com/start',
      AUDIT_DAYS: '30',
      CLAIM_EMAIL: 'upn',
      CLAIM_EMAIL_VERIFIED: 'xms_edov',
      CLAIM_FAMILY_NAME: 'f',
      CLAIM_GIVEN_NAME: 'g',
      CLAIM_NAME: 'n',
      DIALECTS: 'v1,volttime',
      INVITATION_DAYS: '14',
      // Listed creators are trusted.
      LIMITS: `{"mailsOfNewOrganization":${Number.MAX_SAFE_INTEGER},"members":5}`,
      LOGO_URL: 'https://example.com/logo.png',
      MAIL_FROM: mailSender,
      ORGANIZATION_CREATORS: 'ada@example.com,bob@example.com',
      PRODUCT_COLOR: '#3355ff',
      PRODUCT_NAME: 'Volt',
      REDIRECT_ORIGINS: 'https://app.example.com,http://localhost:3000',
      ROLE_LABELS: '{"USER":{"en":"Technician"}}',
      SIGN_UP_URL: 'https://app.example.com/sign-up?email={email}',
      SUPPORT_ADDRESS: 'help@example.com',
      TIME_ZONE: 'Europe/Berlin',
    });
  });
});
