import { configDefaults, defineConfig } from 'vitest/config';

/** Judges what all other tests did. */
const LAST = 'test/least-privilege.test.ts';

/** Kills the whole stack again and again, which takes its time: `npm run test:kills`. */
const KILLS = 'test/kills.test.ts';

/** Use the clients of AWS's SDK in their own process, which a function has only one of: each in a process of its own. */
const ALONE = ['test/functions/crowd.test.ts', 'test/lib/email/ses.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/synthesize.ts', 'test/support/recording.ts'],
    setupFiles: ['./test/support/cpu.ts'],
    reporters: ['default', './test/support/summary.ts'],
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
          exclude: [...configDefaults.exclude, LAST, ...ALONE, ...(process.env.MUSTER_KILLS ? [] : [KILLS])],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'verdict', include: [LAST], sequence: { groupOrder: 2 } } },
    ],
  },
});
