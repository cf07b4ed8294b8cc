import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whether the whole suite runs, as in `npm run check`. `npm test` omits the slowest files. */
const isWhole = process.env.MUSTER_WHOLE === '1';

/** Files that only `npm run check` runs, with the reason. A file named on the command line always runs. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'test/cdk/clone.test.ts': 'installs and synthesizes a copy of the repository: 90 CPU s; new packages can break it',
  'test/journeys/looks.test.ts':
    'measures pages and mails in a browser: 25 CPU s; only changes of the layout can break it',
  'test/console/journey.test.ts':
    'journeys of admins in a browser; console/frame.test.ts has who gets in, and when it ends',
  'test/console/size.test.ts': 'fills an organization with 50,000 members; only how lists are read can break it',
  'test/console/switch.test.ts':
    'each page at one organization and then at another, in a browser: 20 CPU s; only changes of packages/console can break it',
  'test/console/mails.test.ts':
    'the ways from mails into the console, in a browser; functions/pages.test.ts has a link, frame.test.ts the sign-in',
  'test/console/look.test.ts': 'measures the console in a browser; only changes of the look can break it',
  'test/console/screens.test.ts':
    'each page of the console in a browser; only changes of packages/console can break it',
  'test/console/faces.test.ts':
    'each page and dialog in each state in a browser: 25 CPU s; only changes of screens can break it',
  'test/console/tasks.test.ts': 'tasks of several people in a browser; only changes of screens can break it',
  'test/packages/client/screens.test.ts':
    'colours, keyboard and zoom in a browser: 11 CPU s; members.test.ts has a screen, texts.test.ts the texts',
  'test/packages/client/anew.test.ts':
    'screens that get another organization, in a browser: 10 CPU s; only changes of the screens can break it',
  'test/packages/client/invitations.test.ts': 'a screen in a browser; members.test.ts has what screens share',
  'test/packages/client/invite.test.ts': 'a screen in a browser; members.test.ts has what screens share',
  'test/packages/client/teams.test.ts': 'a screen in a browser; members.test.ts has what screens share',
  'test/journeys/pages.test.ts': 'journeys in a browser: 18 CPU s; journeys/browser.test.ts has the most important',
  'test/docs/moving.test.ts':
    'runs the scripts of other products’ pages twice each: 15 CPU s; guide.test.ts runs the code of the other pages',
  'test/functions/crowd.test.ts': '200 people at once: 11 CPU s; races.test.ts has the same conflicts with few people',
  'test/docs/openapi.test.ts': 'runs Redocly and Spectral: 8 CPU s; only changes of the documents can break it',
  'test/docs/site.test.ts':
    'builds the documents as pages, and uses them in a browser: 12 CPU s; links.test.ts has the links of the documents',
  'test/examples/express.test.ts':
    'an example in a browser: 8 CPU s; docs/guide.test.ts has an application of the same kind',
  'test/packages/client/package.test.ts':
    'builds the package and compiles applications with it: 9 CPU s; docs/guide.test.ts runs some with the package',
  'test/packages/invite/run.test.ts':
    'runs the command as a process 80 times: 24 CPU s; only changes of packages/invite can break it',
  'test/packages/cdk/package.test.ts':
    'builds the package and compiles applications with it: 30 CPU s; only changes of cdk or packages/cdk can break it',
  'test/cdk/flags.test.ts': 'compares the templates with each feature flag; only an update of CDK can break it',
  'test/cdk/front.test.ts':
    'synthesizes stacks with a domain and CloudFront: 12 CPU s; only changes of cdk can break it',
  'test/cdk/operator/rebind.test.ts': 'runs the command 14 times: 8 CPU s; only changes of the command can break it',
  'test/cdk/operator/replay-events.test.ts': 'the same: 2 CPU s',
  'test/cdk/operator/rotate-key.test.ts': 'the same: 2 CPU s',
  'test/cdk/deploy/run.test.ts': 'the same, with an AWS of its own: 6 CPU s',
  'test/packages/local/install.test.ts': 'runs npm: 3 CPU s; only changes of install.mjs can break it',
  'test/docs/access.test.ts':
    'compiles and runs the code of docs/access.md: 6 CPU s; guide.test.ts runs the code of other pages',
  'test/functions/issuer-change.test.ts':
    'stacks with a previous issuer: 4 CPU s; only how sign-ins move can break it, and sign-in.test.ts has one',
  'test/functions/mail-rates.test.ts':
    'mails in many organizations: 10 CPU s; only how rates are counted can break it, and limits.test.ts has a daily rate',
  'test/functions/volttime-many-ways.test.ts':
    'access to a site in several ways: 6 CPU s; volttime-sharing.test.ts has each way',
  'test/functions/check-table.test.ts':
    'tears a table in 40 ways: 20 CPU s; every file ends with the rules themselves, repair.test.ts has what mending leaves',
  'test/functions/consistency.test.ts':
    'changes each attribute of each item of a table: 7 CPU s; only changes of the rules can break it',
  'test/releases/compatibility.test.ts':
    'runs the functions of each release: 40 CPU s for each; needed before a release',
  'test/functions/restore.test.ts': 'synthesizes twice: 40 CPU s; only how a deployment adopts a table can break it',
  'test/functions/check-table-size.test.ts':
    'checks 72 MB of items with little memory: 15 CPU s; only how check-table reads can break it',
  'test/functions/volttime-matrix.test.ts':
    'every person with every access to a site: 40 CPU s; access-check.test.ts has each rule, volttime-sharing.test.ts each kind of access',
  'test/functions/examples.test.ts':
    'calls every endpoint in an organization of its own: 100 s; contract.test.ts checks the form of each answer',
  'test/functions/transfer.test.ts':
    'exports and imports by the commands, 30 times: 28 CPU s; import.test.ts has what an import refuses',
  'test/functions/volttime-sizes.test.ts':
    'fills sites and teams with 20,000 items: 10 CPU s; only how their lists read can break it',
};

/**
 * Files that `npm test` shortens unless the command line names them, with what it leaves out; the slowest first. They use
 * test/support/whole.ts or `tested` of test/support/contract.ts.
 */
const SHORTENED: Readonly<Record<string, string>> = {
  'test/functions/contract.test.ts':
    'one endpoint of each kind, permission and thing; all take 60 CPU s, and `npm run endpoint` runs one',
  'test/functions/volttime-invites.test.ts':
    'without crowds, mails that wait, races that sharing has too, and owners of teams; all tests take 29 CPU s',
  'test/functions/volttime-sharing.test.ts':
    'without parallel requests and deletions; races.test.ts has the mechanics; all take 22 CPU s',
  'test/functions/teams.test.ts': 'without twenty teams and fifty people, and each race twice; all tests take 13 CPU s',
  'test/functions/rules.test.ts': 'one endpoint of each scope; all take 27 CPU s',
  'test/functions/mail.test.ts': 'three ways in which SES fails, and no outage of a week; all take 12 CPU s',
  'test/functions/sign-in.test.ts':
    'every way of signing in at one endpoint of each scope, and all roles; all 92 endpoints take 55 CPU s',
  'test/console/frame.test.ts': 'who gets in, once, and text that is markup; all tests take 40 CPU s',
  'test/functions/depth.test.ts': 'one endpoint of each scope; all take 50 CPU s, and `npm run endpoint` runs one',
  'test/functions/access-check.test.ts':
    'one permission of the organization, those of teams and sites, and five places; all take 15 CPU s',
  'test/functions/operator-keys.test.ts':
    'one endpoint of each permission, and two refusals of the command; all take 13 CPU s',
  'test/docs/guide.test.ts': 'the guide; all pages take 25 CPU s',
  'test/functions/reminders.test.ts': 'two periods of five, and some ways to end an invitation; all take 11 CPU s',
  'test/functions/races.test.ts': 'each race twice; all rounds take 15 CPU s',
  'test/functions/member-import.test.ts': 'without a hundred people, and rare pasts of a person; all take 12 CPU s',
  'test/functions/sweep.test.ts': 'without items in every shard, and a bulk of 150; all take 11 CPU s',
  'test/functions/volttime-chargers.test.ts': 'without a large site, and each race twice; all take 12 CPU s',
  'test/functions/pages.test.ts': 'three languages of seven, without seven days of retries; all tests take 11 CPU s',
  'test/functions/invitee.test.ts': 'without forty organizations, and each race twice; all tests take 10 CPU s',
  'test/functions/mail-events.test.ts': 'one event of each kind, and each race twice; all tests take 10 CPU s',
  'test/functions/volttime-sites.test.ts': 'without a large organization, and each race twice; all take 10 CPU s',
  'test/packages/client/members.test.ts': 'without a phone, finding people, and ownership; all tests take 13 CPU s',
  'test/functions/access-tokens.test.ts': 'without 45 tokens; all tests take 10 CPU s',
  'test/functions/repair.test.ts': 'two ways of losing an item; all take 10 CPU s',
  'test/functions/idempotency.test.ts': 'one endpoint of each dialect; all take 19 CPU s',
  'test/property/lifecycle.test.ts': '5 random sequences instead of 40, which take 60 CPU s',
  'test/functions/malformed.test.ts': 'one endpoint of each dialect and content type; all take 20 CPU s',
  'test/packages/client/service.test.ts':
    'a method of each kind; the generated methods are compared with the declarations, all calls take 11 CPU s',
  'test/functions/rocketchat.test.ts':
    'without 600 requests to exceed the rate, a team of 35, and rooms, which no team has; they take 9 CPU s',
  'test/functions/volttime-teams.test.ts': 'the newer of two versions; both take 9 CPU s',
  'test/functions/integrations.test.ts': 'without sites and renewals; all tests take 8 CPU s',
  'test/functions/sessions.test.ts': 'one fault of each kind, without fifty teams; all tests take 8 CPU s',
  'test/functions/brake.test.ts': 'without the tests that send 200 mails and more, which take 20 CPU s',
  'test/functions/papershift.test.ts': 'without 1,000 teams, which take 4 CPU s',
  'test/functions/callers.test.ts': 'each race twice; all rounds take 7 CPU s',
  'test/functions/dialects.test.ts': 'pairs of APIs that /v1 is in, and each race twice; all take 13 CPU s',
  'test/journeys/browser.test.ts': 'the way of most invitees; all tests take 12 CPU s, and pages.test.ts has the pages',
  'test/functions/webhooks.test.ts': 'without the retries of each failure; all tests take 8 CPU s and 30 s of waiting',
  'test/functions/limits.test.ts': 'without Volt Time’s limits; all tests take 13 CPU s',
  'test/functions/invitations.test.ts': 'an expiry by the clock alone; all tests take 8 CPU s',
  'test/functions/events.test.ts': 'without a bus that is full or hangs; all tests take 7 CPU s and 15 s of waiting',
  'test/functions/bulk.test.ts': 'without a hundred rows, and faults; all tests take 7 CPU s',
  'test/packages/client/backend.test.ts': 'one framework of three; all take 7 CPU s',
  'test/functions/import.test.ts': 'what an import refuses, and one that succeeds; all tests take 6 CPU s',
  'test/functions/inviting.test.ts': 'one period of two',
  'test/functions/blocking.test.ts': 'one way to send a mail; all take 5 CPU s',
  'test/functions/lists.test.ts': 'two sizes of pages; all six take 5 CPU s',
  'test/functions/organizations.test.ts': 'without an organization of many items, which takes 2 CPU s',
  'test/cdk/template.test.ts':
    'without 110 functions, and CloudFormation’s validator, which validators.test.ts runs in `npm test`',
  'test/cdk/validators.test.ts': 'the defaults with one function of each kind; all take 20 CPU s',
  'test/cdk/alarms.test.ts': 'without CloudFormation’s validator',
  'test/cdk/platform.test.ts': 'the same',
  'test/functions/methods.test.ts': 'one endpoint of each dialect; all take 14 CPU s',
  'test/packages/invite/service.test.ts': 'without a kill, and without waiting; all runs take 12 CPU s',
  'test/packages/invite/sheet.test.ts': 'a file of 10 MB; another of 100 MB takes 12 CPU s',
  'test/functions/volttime-contract.test.ts': 'one endpoint of each kind; all take 14 CPU s',
  'test/packages/local/aws.test.ts': 'without 20,000 calls, and one kill; all tests take 4 CPU s',
  'test/packages/local/engine.test.ts': 'without DynamoDB Local, which takes 2 CPU s',
};

/** Checks the recorded calls of all other tests. */
const LAST = 'test/least-privilege.test.ts';

/** Records a release: `npm run record-release`. */
const RECORD = 'test/releases/record.test.ts';

/** Kills the whole stack many times, which takes minutes: `npm run test:kills`. */
const KILLS = 'test/kills.test.ts';

/** Deploy to an emulator of AWS, which needs Python: `npm run test:deploy`. */
const DEPLOY = 'test/deploy/**/*.test.ts';

/** Files that run in separate processes, because they change the addresses of AWS or of the issuer. */
const ALONE = [
  ...['test/functions/crowd.test.ts', 'test/functions/sign-in-trigger.test.ts', 'test/lib/email/ses.test.ts'],
  'test/lib/http/token.test.ts',
];

/** The file names on the command line. */
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-') && argument !== 'run');
const isNamed = (file: string) => named.some((part) => file.includes(part));
const leftOut = isWhole ? [] : Object.keys(LEFT_OUT).filter((file) => !isNamed(file));

const LONGEST = [...Object.keys(LEFT_OUT), ...Object.keys(SHORTENED)];

/**
 * Starts the longest files first, to shorten the total time. Before them come the files that run alone: Vitest ends a
 * process that many files share if the next file runs alone, and its successor starts engine, stack and functions again.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      if (ALONE.some((file) => moduleId.endsWith(file))) return -1;
      const found = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/synthesize.ts', 'test/support/recording.ts'],
    setupFiles: ['./test/support/cpu.ts'],
    reporters: ['default', './test/support/summary.ts'],
    provide: { whole: isWhole || Object.keys(SHORTENED).some(isNamed) },
    sequence: { sequencer: LongestFirst },
    // Twice the cores: a test process waits half of its time for its workers, the engine, a browser, or a time-out.
    maxWorkers: 4,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // By default a second, which a busy machine exceeds.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          // The files of a process share modules, engine and stack: test/support/service.ts.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [
            ...[...configDefaults.exclude, LAST, DEPLOY, ...ALONE, ...leftOut],
            ...(process.env.MUSTER_KILLS ? [] : [KILLS]),
            ...(process.env.MUSTER_RECORD ? [] : [RECORD]),
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          exclude: [...configDefaults.exclude, ...leftOut],
        },
      },
      // Each file starts an emulator and deploys, which takes both cores.
      {
        extends: true,
        test: {
          name: 'deploy',
          include: process.env.MUSTER_DEPLOY ? [DEPLOY] : [],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      { extends: true, test: { name: 'verdict', include: [LAST], sequence: { groupOrder: 1 } } },
    ],
  },
});
