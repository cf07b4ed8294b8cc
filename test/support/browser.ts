import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

/**
 * A real Chromium for a test file: from its npm package where that has one, else the installed Chrome.
 *
 * @returns the browser, once tests run
 */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  return () => browser as Browser;
}

/** Starts it. */
export async function launch(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  // These would end the browser with its first context, or switch off what is tested.
  const unwanted = new Set(['--single-process', '--no-zygote', '--disable-web-security']);
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((argument) => !unwanted.has(argument)), ...quiet],
  });
}
