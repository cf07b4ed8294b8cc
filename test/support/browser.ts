import chromium from '@sparticuz/chromium';
import axe, { type AxeResults, type Result } from 'axe-core';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

/** The browser that all test files of this process share: files run one after the other. It ends with the process. */
const shared: { browser?: Promise<Browser> } = {};

/**
 * Returns a browser for a test file: Chromium from its npm package on Linux x64, else the installed Chrome.
 *
 * @returns a function that returns the browser once tests run
 */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const present = await shared.browser?.catch(() => undefined);
    // A browser that has crashed fails one file, not those that follow.
    if (!present?.isConnected()) shared.browser = launch();
    browser = await shared.browser;
  });
  // A test that failed may have left its windows.
  afterAll(() => Promise.all(browser?.contexts().map((context) => context.close()) ?? []));
  return () => browser as Browser;
}

/** Starts the browser. */
export async function launch(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  // Without WebGL and its renderer in software, which takes most of the time of painting.
  chromium.setGraphicsMode = false;
  // These options end the browser with its first context, or disable what is tested.
  const unwanted = new Set(['--single-process', '--no-zygote', '--disable-web-security']);
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !unwanted.has(argument)), ...quiet],
  });
}

/** What axe tells about a page. */
export interface Findings {
  readonly violations: readonly Result[];
  /** What people have to judge. */
  readonly incomplete: readonly Result[];
  /** The ids of the rules that the page meets. */
  readonly passed: readonly string[];
}

/**
 * Runs axe in a page, shadow roots and dialogs included.
 *
 * @param rules which of axe's rules are on; default: those that axe has on by itself
 */
export async function axeFindings(
  page: Page,
  rules: Readonly<Record<string, { readonly enabled: boolean }>> = {},
): Promise<Findings> {
  // Half a megabyte, once for each document. Not as a script of the page, which its policy would block.
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source);
  const options = { rules, resultTypes: ['violations', 'incomplete'] satisfies (keyof AxeResults)[] };
  return page.evaluate<Findings>(`axe.run(${JSON.stringify(options)}).then(({ violations, incomplete, passes }) =>
    ({ violations, incomplete, passed: passes.map(({ id }) => id) }))`);
}
