import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

/**
 * Starts a browser for a test file: Chromium from its npm package on Linux x64, else the installed Chrome.
 *
 * @returns a function that returns the browser once tests run
 */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  return () => browser as Browser;
}

/** Starts the browser. */
export async function launch(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  // These options end the browser with its first context, or disable what is tested.
  const unwanted = new Set(['--single-process', '--no-zygote', '--disable-web-security']);
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !unwanted.has(argument)), ...quiet],
  });
}
