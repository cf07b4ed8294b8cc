import { type Counters, dayOf, type Held, type Limits } from './limits.ts';

/** Mails of a UTC day, and those of them that came back: hard bounces and complaints. */
export interface Returned {
  readonly sent: number;
  readonly bounced: number;
  readonly complained: number;
}

/** What the brake decides on: the counter rows of an organization, and what holds the deployment. */
export interface Sending {
  readonly counters: readonly Pick<Counters, 'held'>[];
  readonly heldOfAll: readonly Held[];
}

/** Fewer than these say nothing. */
const LEAST = {
  organization: { bounced: 10, complained: 3 },
  // More: one organization with bad addresses is paused before it pauses the others.
  deployment: { bounced: 50, complained: 10 },
} as const;

/**
 * Tells whether the mails of an organization's invitations are paused for the rest of the UTC day: too many of the
 * organization's or of the deployment's mails of the day came back. SES counts the same, and pauses the whole account.
 */
export function isPaused({ counters, heldOfAll }: Sending, limits: Limits, now: Date): boolean {
  const day = dayOf(now);
  return [...counters.map(({ held }) => held), ...heldOfAll].some((held) => held?.day === day && isAbove(held, limits));
}

/**
 * Returns what holds the mails of an organization or of the deployment; undefined if not too many mails of the day have
 * come back.
 */
export function holdOf(
  { sent, bounced, complained }: Returned,
  of: keyof typeof LEAST,
  limits: Limits,
  day: string,
): Held | undefined {
  const least = LEAST[of];
  const shareOf = (count: number, atLeast: number) =>
    count < atLeast ? 0 : Math.min(1000, (1000 * count) / Math.max(1, sent));
  const held = {
    day,
    bounced: shareOf(bounced, least.bounced),
    complained: shareOf(complained, least.complained),
  };
  return isAbove(held, limits) ? held : undefined;
}

function isAbove({ bounced, complained }: Held, { bouncesPerThousand, complaintsPerThousand }: Limits): boolean {
  return (bounced > 0 && bounced >= bouncesPerThousand) || (complained > 0 && complained >= complaintsPerThousand);
}

/**
 * Returns how many of an organization's returned mails count for the deployment: no more than pause the organization.
 * So no organization alone pauses the others, whatever it sends before it is paused.
 */
export function countsForAll({ sent, bounced, complained }: Returned, limits: Limits): Omit<Returned, 'sent'> {
  const { organization: least } = LEAST;
  const most = (atLeast: number, perThousand: number) => Math.max(atLeast, Math.floor((perThousand * sent) / 1000));
  return {
    bounced: Math.min(bounced, most(least.bounced, limits.bouncesPerThousand)),
    complained: Math.min(complained, most(least.complained, limits.complaintsPerThousand)),
  };
}
