import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { axeFindings, useBrowser } from './browser.ts';
import type { Client, Service } from './service.ts';

/** The folder of pictures for people's eyes; undefined: none are taken. */
const PICTURES = process.env.MUSTER_PICTURES ? 'screenshots' : undefined;
if (PICTURES) mkdirSync(PICTURES, { recursive: true });

/** The sizes that screens are tried in. */
export const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
} as const;

/** The script of the page: `show` shows a screen, and `events` are what it told. */
const PAGE = `import { Muster } from '/components.js';
Object.assign(globalThis, { Muster, events: [] });
for (const name of ['muster-changed', 'muster-signed-out']) {
  document.addEventListener(name, ({ type, detail }) => events.push({ type, detail }));
}
globalThis.show = ({ element, organization, ...options }) => {
  globalThis.screen = document.createElement(element);
  if (organization) screen.setAttribute('organization', organization);
  screen.client = new Muster({ retries: 1, ...options });
  document.querySelector('main').append(screen);
};`;

/** What a screen is shown with. */
export interface ShowOptions extends BrowserContextOptions {
  readonly element: string;
  readonly by: Client;
  readonly organization?: string;
  readonly language?: 'en' | 'de';
  /** Styles of the page, such as the variables of the theme. */
  readonly styles?: string;
}

/** A page that shows a screen, and what went wrong in it. */
export interface Shown {
  readonly page: Page;
  /** What `muster-changed` and `muster-signed-out` told, in order. */
  events(): Promise<{ readonly type: string; readonly detail: unknown }[]>;
  /** Expects that axe finds nothing, with the whole page and the open dialog. */
  expectAccessible(): Promise<void>;
  /** Keeps a picture for people's eyes, if `MUSTER_PICTURES` is set. */
  picture(name: string): Promise<void>;
}

/**
 * Shows screens in a real browser, on a page of another origin than the API's, with the policy that the documents ask
 * for. A violation of the policy, or an error in the console, fails the test.
 */
export function useScreens(service: Service) {
  const browser = useBrowser();
  let server: Server;
  beforeAll(async () => {
    const { outputFiles } = await build({
      ...{ entryPoints: [join(ROOT, 'packages/client/components/index.ts')], bundle: true, write: false },
      ...{ format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'error' },
    });
    const code = outputFiles[0]?.text ?? '';
    server = createServer((request, response) => {
      if (request.url === '/components.js') {
        response.setHeader('content-type', 'text/javascript').end(code);
        return;
      }
      if (request.url === '/page.js') {
        response.setHeader('content-type', 'text/javascript');
        response.end(PAGE);
        return;
      }
      if (request.url === '/favicon.ico') {
        response.writeHead(204).end();
        return;
      }
      const { styles = '', lang = 'en' } = Object.fromEntries(
        new URL(request.url ?? '', 'http://localhost').searchParams,
      );
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .setHeader(
          'content-security-policy',
          `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-page'; connect-src ${service.api}`,
        )
        .end(`<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width"><style nonce="page">:root{color-scheme:light dark}
body{margin:0;font:1rem system-ui;color:light-dark(#1b1f27,#eceef2);background:light-dark(#f7f8fa,#0f1115);padding:1.5rem}main{max-width:60rem;margin:auto}
@media (width < 40rem){body{padding:1rem}}${styles}</style>
<script type="module" src="/page.js"></script></head><body><main><h1>Northwind</h1></main></body></html>`);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => server.close());

  return async (options: ShowOptions, visit: (shown: Shown) => Promise<void>): Promise<void> => {
    const { element, by, organization, language, styles = '', ...contextOptions } = options;
    const context = await browser().newContext({ viewport: SIZES.desktop, ...contextOptions });
    const complaints: string[] = [];
    try {
      const page = await context.newPage();
      // A refused call is no error of the page.
      page.on('console', (message) => {
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      const { port } = server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/?lang=${language ?? 'en'}&styles=${encodeURIComponent(styles)}`);
      const shown = { element, baseUrl: service.api, token: by.token, organization };
      await page.evaluate((what) => (globalThis as never as { show(what: object): void }).show(what), shown);
      await visit({
        page,
        events: () => page.evaluate(() => (globalThis as never as { events: never }).events),
        expectAccessible: () => expectAccessible(page),
        picture: async (name) => {
          if (PICTURES) await page.screenshot({ path: `${PICTURES}/screens-${name}.png`, animations: 'disabled' });
        },
      });
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  };
}

/** Expects that axe finds nothing wrong with a page, shadow roots and dialogs included. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await axeFindings(page);
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
