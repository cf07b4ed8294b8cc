import { configDefaults, defineConfig } from 'vitest/config';

/** Judges what all other tests did. */
const LAST = 'test/least-privilege.test.ts';

/** Kills the whole stack again and again, which takes its time: `npm run test:kills`. */
const KILLS = 'test/kills.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/support/synthesize.ts', 'test/support/recording.ts'],
    reporters: ['default', './test/support/summary.ts'],
    // Each test file has a stack of its own: an engine, a gateway, workers.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, LAST, ...(process.env.MUSTER_KILLS ? [] : [KILLS])],
        },
      },
      { extends: true, test: { name: 'verdict', include: [LAST], sequence: { groupOrder: 1 } } },
    ],
  },
});
