import { expect, test } from 'vitest';
import { useService } from '../support/service.ts';

// A deployment without a console, as `console: false` makes it: its functions have no CONSOLE.

const service = useService({ environment: { CONSOLE: '', APPLICATION_URL: 'https://app.example.com/' } });

test('mails lead to the application', async () => {
  const { id, owner } = await service.organization();
  const { email, memberId, ...jane } = await service.member(owner, 'USER');
  await jane.call('GET /v1/me');
  await owner.muster.organizations.transfer(id, { memberId });
  const text = (await service.mails(email)).at(-1)?.text ?? '';
  expect(text.match(/https?:\/\/\S+/g)).toEqual(['https://app.example.com/']);
});

test('the paths of the console are unknown', async () => {
  // The function for unknown paths gets what no route matches; here the routes are there, but not their methods.
  expect((await service.call('GET /console/')).status).toBe(404);
  for (const path of ['/console', '/console/index.js']) {
    expect((await service.call(`POST ${path}`)).status, path).toBe(404);
    expect((await service.call(`OPTIONS ${path}`)).status, path).toBe(404);
  }
});
