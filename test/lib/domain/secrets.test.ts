import { describe, expect, test } from 'vitest';
import { formatAccessToken, newTokenSecret, parseAccessToken } from '../../../lib/domain/access-token.ts';
import { type IdKind, newId } from '../../../lib/domain/ids.ts';
import { formatToken, newSecret, parseToken } from '../../../lib/domain/link.ts';
import { formatSiteToken, newSiteSecret, parseSiteToken } from '../../../lib/domain/site-link.ts';

const NOW = new Date('2026-11-27T10:00:00Z');
const id = (kind: IdKind) => newId(kind, NOW);

const KINDS = [
  {
    kind: 'of an invitation',
    length: 64,
    make: () =>
      formatToken({ organizationId: id('organization'), invitationId: id('invitation'), secret: newSecret() }),
    read: parseToken,
  },
  ...(['siteInvite', 'siteRequest'] as const).map((kind) => ({
    kind: `of a ${kind}`,
    length: 64,
    make: () => formatSiteToken({ siteId: id('site'), id: id(kind), secret: newSiteSecret() }),
    read: (text: string) => parseSiteToken(kind, text),
  })),
  {
    kind: 'of an access token',
    length: 111,
    make: () =>
      formatAccessToken({
        ...{ organizationId: id('organization'), userId: id('user'), tokenId: id('accessToken') },
        secret: newTokenSecret(),
      }),
    read: parseAccessToken,
  },
];

describe('links can’t be damaged by mail clients, which cut `-` and `_` off the end:', () => {
  // By chance, one of 32 secrets would end in `-` or `_`.
  test.each(KINDS)('a secret $kind ends in a letter or a digit', ({ make, read, length }) => {
    const made = Array.from({ length: 2000 }, make);
    expect(made.filter((text) => !/[A-Za-z0-9]$/.test(text))).toEqual([]);
    expect(made.every((text) => text.length === length && read(text) !== undefined)).toBe(true);
    expect(new Set(made.map((text) => text.at(-1))).size).toBeGreaterThan(10);
  });

  test('every id ends in a letter or a digit', () => {
    const kinds: IdKind[] = ['organization', 'user', 'member', 'invitation', 'team', 'site', 'charger', 'siteInvite'];
    const made = kinds.flatMap((kind) => Array.from({ length: 200 }, () => id(kind)));
    expect(made.filter((text) => !/[a-z0-9]$/.test(text))).toEqual([]);
  });
});
