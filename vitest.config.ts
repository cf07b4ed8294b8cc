import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whether all of it runs, as in `npm run check`; else `npm test`, which leaves out what follows. */
const isWhole = process.env.MUSTER_WHOLE === '1';

/** Files that `npm test` leaves to `npm run check`, and why. One that is named on the command line runs all the same. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'test/cdk/clone.test.ts': 'installs and synthesizes a copy of the repository: three minutes; breaks by new packages',
  'test/journeys/looks.test.ts': 'measures pages and mails in a browser: 90 CPU s; breaks by their layout alone',
};

/** Files of which `npm test` does a part, unless they are named on the command line, and why. They ask for `whole`. */
const SHORTENED: Readonly<Record<string, string>> = {
  'test/property/lifecycle.test.ts': '40 random sequences in place of 200, which are 200 CPU s',
  'test/functions/volttime-matrix.test.ts':
    'the matrix of one site, of access that came in parts by two people; the rest, and all of it with the organizations exchanged, is 60 CPU s',
  'test/functions/sign-in.test.ts':
    'each way of signing in at one endpoint of each kind, and the roles of all; at all 92 it is 55 CPU s',
};

/** Judges what all other tests did. */
const LAST = 'test/least-privilege.test.ts';

/** Kills the whole stack again and again, which takes its time: `npm run test:kills`. */
const KILLS = 'test/kills.test.ts';

/** Each in a process of its own: they aim a client of AWS's SDK, of which a process has one, at another address. */
const ALONE = ['test/functions/crowd.test.ts', 'test/lib/email/ses.test.ts'];

/** What the command line has beside options and the command. */
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-') && argument !== 'run');
const isNamed = (file: string) => named.some((part) => file.includes(part));
const leftOut = isWhole ? [] : Object.keys(LEFT_OUT).filter((file) => !isNamed(file));

/** The other files that take longest: `npm run bench -- suite` says which those are. */
const LONG = [
  'test/functions/depth.test.ts',
  'test/functions/contract.test.ts',
  'test/functions/rules.test.ts',
  'test/packages/invite/run.test.ts',
  'test/functions/volttime-invites.test.ts',
  'test/journeys/pages.test.ts',
  'test/functions/volttime-sharing.test.ts',
  'test/functions/teams.test.ts',
  'test/functions/volttime-contract.test.ts',
  'test/functions/malformed.test.ts',
  'test/functions/volttime-sizes.test.ts',
];
const LONGEST = [...Object.keys(LEFT_OUT), ...Object.keys(SHORTENED), ...LONG];

/** What takes longest begins first, so that nobody waits for it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
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
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          // The files of a process share its modules, its engine and its stack: test/support/service.ts.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [
            ...[...configDefaults.exclude, LAST, ...ALONE, ...leftOut],
            ...(process.env.MUSTER_KILLS ? [] : [KILLS]),
          ],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'verdict', include: [LAST], sequence: { groupOrder: 2 } } },
    ],
  },
});
