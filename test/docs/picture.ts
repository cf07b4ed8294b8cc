/** `node test/docs/picture.ts` takes the README's picture: the page of an invitation in a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../cdk/fingerprint.ts';
import { synthesize } from '../../cdk/synthesize.ts';
import { startStack } from '../../packages/local/stack.ts';
import { launch } from '../support/browser.ts';

const PICTURE = join(ROOT, 'docs', 'images', 'invitation.png');
const directory = mkdtempSync(join(tmpdir(), 'picture-'));
await synthesize();
const stack = await startStack({ directory });
const browser = await launch();
try {
  const authorization = `Bearer ${await stack.token({ email: 'ada@example.com', name: 'Ada Lovelace' })}`;
  const post = async (path: string, body: object) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(stack.api + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  };
  await post('/v1/organizations', { name: 'Acme Energy' });
  const message = 'Hi Jane, we plan the new site in Rotterdam here.';
  await post('/v1/invitations', { email: 'jane@example.com', role: 'USER', message });
  const mails = (await (await fetch(`${stack.api}/_local/mail?to=jane@example.com`)).json()) as { text: string }[];
  const [, token] = /accept\?token=([\w-]+)/.exec(mails.at(-1)?.text ?? '') ?? [];
  const page = await browser.newPage({ viewport: { width: 480, height: 400 }, locale: 'en' });
  await page.goto(`${stack.api}/invitations/accept?token=${token}`);
  await page.screenshot({ path: PICTURE, fullPage: true });
  console.log(`Saved ${PICTURE}`);
} finally {
  await browser.close();
  await stack.stop();
  rmSync(directory, { recursive: true });
}
