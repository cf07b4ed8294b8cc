import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { isAddress, normalizeAddress, showAddress } from '../../../lib/domain/address.ts';
import { Address } from '../../../lib/domain/input.ts';

const ONE = 'jane@xn--mnchen-3ya.de';

describe('an international domain', () => {
  test.each([
    ...['jane@münchen.de', ' Jane@MÜNCHEN.DE ', 'jane@mu\u0308nchen.de', 'jane@XN--MNCHEN-3YA.de', ONE],
    ...['jane@münchen。de', 'jane@ｍünchen.de', 'jane@mün\u00adchen.de'],
  ])('is normalized to one mailbox in all spellings: %j', (text) => {
    expect(z.parse(Address, text)).toBe(ONE);
  });

  test('is shown in Unicode, and the rest of the address stays', () => {
    expect(showAddress(ONE)).toBe('jane@münchen.de');
    expect(showAddress('xn--mnchen-3ya@example.com')).toBe('xn--mnchen-3ya@example.com');
    expect(showAddress('jane@例え.jp')).toBe('jane@例え.jp');
    for (const email of ['jane@straße.de', 'jane@münchen.рф', 'jane@例え.jp']) {
      expect(showAddress(normalizeAddress(email))).toBe(email);
      expect(normalizeAddress(normalizeAddress(email))).toBe(normalizeAddress(email));
    }
  });

  test('with sharp s differs from the one with ss', () => {
    expect(normalizeAddress('jane@straße.de')).not.toBe(normalizeAddress('jane@strasse.de'));
  });

  test.each([
    ...['jane@mü nchen.de', 'jane@mü/nchen.de', 'jane@mü_nchen.de', 'jane@mü%6echen.de', 'jane@mün\u202echen.de'],
    ...['jane@１.２.３.４', 'jane@münchen', 'jane@münchen.de.', 'jane@.münchen.de', `jane@${'ü'.repeat(64)}.de`],
    ...['jane@mü\ud800nchen.de', 'jane@münchen.de:25', 'jane@[münchen.de]'],
  ])('that is invalid is refused: %j', (text) => {
    expect(isAddress(normalizeAddress(text))).toBe(false);
    expect(z.safeParse(Address, text).error?.issues[0]?.message).toBe('must be an e-mail address');
  });
});

test.each(['jäne@example.com', 'jäne@münchen.de', '用户@例え.jp', 'ｊane@example.com', 'jane\u200b@example.com'])(
  'a local part with non-ASCII characters is refused with a reason: %j',
  (text) => {
    expect(z.safeParse(Address, text).error?.issues.map(({ message }) => message)).toEqual([
      'must have no characters beyond ASCII before the @: mail can not be sent to such an address',
    ]);
  },
);
