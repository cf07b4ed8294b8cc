import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { launch } from '../support/browser.ts';
import { median, type Row } from './measure.ts';
import { withService } from './service.ts';

const ROUNDS = 9;

/** How many members the list shows at the end, a page of 20 at a time, of so many. */
const SHOWN = 100;
const MEMBERS = 10_000;

/** A task of the main thread that is longer delays what the person does meanwhile, in milliseconds (Lighthouse). */
const BLOCKING = 50;

/**
 * Measures the console in Chromium: the script that the first page loads, the time until the members of an organization
 * are shown, and how long its list blocks the page. The goals are those of Lighthouse for a good page.
 */
export function consolePages(): Promise<Row[]> {
  return withService(async ({ api, organization, addMembers }) => {
    const { id } = await organization();
    await addMembers(id, MEMBERS);
    const browser = await launch();
    try {
      const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      const scripts = new Set<string>();
      page.on('response', (response) => {
        if (response.url().startsWith(`${api}/console/`) && response.url().endsWith('.js')) scripts.add(response.url());
      });
      await page.goto(`${api}/console#/${id}/members`);
      await page.getByLabel('E-mail address').fill('owner-1@example.com');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await rows(page).first().waitFor();
      const loaded = await Promise.all([...scripts].map(async (url) => (await fetch(url)).arrayBuffer()));
      const bytes = loaded.reduce((sum, script) => sum + gzipSync(script).length, 0);

      const [shown, blocked]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        const started = performance.now();
        // The issuer's session signs the person in again.
        await page.reload();
        await rows(page).first().waitFor();
        shown.push(performance.now() - started);
        blocked.push(await blockedDuring(page, () => showAll(page)));
      }
      return [
        { what: 'console: script of its first page, gzip', figure: bytes / 1000, unit: 'KB', goal: { atMost: 100 } },
        {
          what: 'console: from a reload to the members, with sign-in',
          figure: median(shown),
          unit: 'ms',
          goal: { atMost: 2500 },
        },
        {
          what: `console: blocked while the list grows to ${SHOWN} of ${MEMBERS} members`,
          figure: median(blocked),
          unit: 'ms',
          goal: { atMost: 200 },
        },
      ];
    } finally {
      await browser.close();
    }
  });
}

function rows(page: Page) {
  return page.locator('muster-members li.row');
}

async function showAll(page: Page): Promise<void> {
  for (let count = await rows(page).count(); count < SHOWN; count = await rows(page).count()) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await rows(page).nth(count).waitFor();
  }
}

/** Returns the total blocking time: what tasks took beyond the duration that nobody notices. */
async function blockedDuring(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(`globalThis.tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' })`);
  await work();
  const tasks: number[] = await page.evaluate('tasks');
  return tasks.reduce((sum, duration) => sum + duration - BLOCKING, 0);
}
