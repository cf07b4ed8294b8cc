import { expect, test } from 'vitest';
import type { Actor } from '../../../lib/domain/member.ts';
import { refuseOwner, refuseOwnToken } from '../../../lib/domain/member.ts';
import { newOffer, type Organization, openOffer, requireOffer } from '../../../lib/domain/organization.ts';

const NOW = new Date('2030-01-01T00:00:00.000Z');
const DAY = 24 * 60 * 60_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);

const actor = (memberId: string, owner = false): Actor => ({
  ...{ userId: `usr_${memberId}`, organizationId: 'org', memberId, role: 'ADMIN', owner },
});
const offer = newOffer(actor('owner', true), { memberId: 'heir' }, NOW);
const organization = { id: 'org', name: 'Acme', offer } as Organization;

test('an ownership offer is open for seven days by the clock', () => {
  expect(offer.by).toEqual({ userId: 'usr_owner', memberId: 'owner' });
  expect(openOffer(organization, NOW)).toBe(offer);
  expect(openOffer(organization, later(7 * DAY - 1))).toBe(offer);
  expect(openOffer(organization, later(7 * DAY))).toBeUndefined();
  expect(openOffer({ ...organization, offer: undefined } as unknown as Organization, NOW)).toBeUndefined();
});

test.each([
  ['returned to its recipient', 'heir', 0, undefined],
  ['expired for its recipient after seven days', 'heir', 7 * DAY, 'ownership_offer_expired'],
  ['not found for another member', 'other', 0, 'ownership_offer_not_found'],
  ['not found for another member after seven days', 'other', 7 * DAY, 'ownership_offer_not_found'],
  ['not found for the owner', 'owner', 0, 'ownership_offer_not_found'],
] as const)('an ownership offer is %s', (_, memberId, ms, code) => {
  const ask = () => requireOffer(organization, actor(memberId), later(ms));
  if (code === undefined) expect(ask()).toBe(offer);
  else expect(ask).toThrow(expect.objectContaining({ code }));
});

test('an organization without an ownership offer has none for any member', () => {
  const { offer: _, ...without } = organization;
  expect(() => requireOffer(without, actor('heir'), NOW)).toThrow(
    expect.objectContaining({ code: 'ownership_offer_not_found' }),
  );
});

test('the owner can’t be removed or demoted before a transfer', () => {
  expect(() => refuseOwner(actor('owner', true))).toThrow(expect.objectContaining({ code: 'owner_must_transfer' }));
  expect(() => refuseOwner(actor('other'))).not.toThrow();
});

test('an access token can’t change or end its owner’s membership', () => {
  const token: Actor = { ...actor('owner'), tokenId: 'key' };
  expect(() => refuseOwnToken(token, { memberId: 'owner' })).toThrow(
    expect.objectContaining({ code: 'token_not_allowed' }),
  );
  expect(() => refuseOwnToken(token, { memberId: 'other' })).not.toThrow();
  expect(() => refuseOwnToken(actor('owner'), { memberId: 'owner' })).not.toThrow();
});
