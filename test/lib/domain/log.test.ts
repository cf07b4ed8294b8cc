import { expect, test } from 'vitest';
import { loggable } from '../../../lib/domain/log.ts';

test('a log gets the message and stack of an error, but not its other properties', () => {
  const error = Object.assign(new Error('refused'), { CancellationReasons: [{ Item: { email: 'jane@example.com' } }] });
  const { error: text } = loggable(error);
  expect(text).toContain('Error: refused');
  expect(text).toContain('log.test.ts');
  expect(text).not.toContain('jane');
  expect(loggable('jane@example.com')).toEqual({ error: 'string' });
});
