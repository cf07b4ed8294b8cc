import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';

test('Redocly and Spectral accept the OpenAPI documents, examples included', { timeout: 240_000 }, async () => {
  const child = spawn('npm', ['run', '--silent', 'lint:docs'], { cwd: ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  expect(code, output).toBe(0);
});
