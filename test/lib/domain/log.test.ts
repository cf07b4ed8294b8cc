import { expect, test } from 'vitest';
import { loggable } from '../../../lib/domain/log.ts';

test('of an error a log gets where it was thrown and its message, not what hangs on it', () => {
  const error = Object.assign(new Error('refused'), { CancellationReasons: [{ Item: { email: 'jane@example.com' } }] });
  const { error: text } = loggable(error);
  expect(text).toContain('Error: refused');
  expect(text).toContain('log.test.ts');
  expect(text).not.toContain('jane');
  expect(loggable('jane@example.com')).toEqual({ error: 'string' });
});
