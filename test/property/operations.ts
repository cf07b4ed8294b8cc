import fc from 'fast-check';
import type { Fault } from '../../cdk/local/faults.ts';
import { type Call, type Caller, isLive, ROLES, type Role, statusOf, type World } from './model.ts';

/** What there is to do, by how often it is done. */
const KINDS = {
  invite: 12,
  accept: 18,
  resend: 6,
  revoke: 4,
  decline: 4,
  'change role': 10,
  'remove member': 8,
  'transfer ownership': 4,
  'create token': 6,
  'revoke token': 3,
  list: 4,
  'show me': 2,
  'list organizations': 2,
  'erase me': 3,
  'create organization': 3,
  'rename organization': 2,
  'delete organization': 1,
  sweep: 8,
} as const;
type Kind = keyof typeof KINDS;

/** Who does it, as far as there is such a person, by how often. */
const ACTORS = {
  admin: 20,
  owner: 6,
  member: 6,
  /** The member whom it is about, or whom what happens at the same moment is about. */
  target: 8,
  invitee: 8,
  anybody: 6,
  unverified: 1,
  token: 6,
  nobody: 6,
} as const;
type ActorKind = keyof typeof ACTORS;

/** Something to do, mostly as numbers: whom and what they mean depends on what there is when its turn comes. */
interface Intention {
  readonly kind: Kind;
  readonly by: ActorKind;
  readonly who: number;
  readonly organization: number;
  /** Whether the request leaves it to the service which organization is meant. */
  readonly isUnnamed: boolean;
  readonly target: number;
  readonly role: Role;
}

/** One step of a sequence: time passes, or something is done, or two things at the same moment. */
export type Operation =
  | { readonly hours: number }
  | (Intention & {
      readonly fault: Fault | null;
      readonly beside: Pick<Intention, 'kind' | 'by' | 'who'> | null;
    });

const weighted = <K extends string>(weights: Readonly<Record<K, number>>) =>
  fc.oneof(
    ...(Object.entries(weights) as [K, number][]).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })),
  );

const number = fc.nat({ max: 31 });
const actor = { kind: weighted(KINDS), by: weighted(ACTORS), who: number };

/**
 * Faults that the service absorbs, as long as there aren't many in a row. The SDK waits for up to a second before it
 * repeats a call that was throttled as a whole, so that there are few of those.
 */
const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      fault: fc.constantFrom('conflict', 'throttle', 'drop-answer'),
      action: fc.constant('dynamodb:TransactWriteItems'),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fault: fc.constantFrom('throttle', 'drop-answer'),
      action: fc.constantFrom('dynamodb:BatchGetItem', 'dynamodb:Query'),
      times: fc.constant(1),
    }),
  },
);

const nothing = fc.constant(null);

const doing = fc.record({
  ...actor,
  organization: number,
  isUnnamed: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  target: number,
  role: fc.constantFrom(...ROLES),
  fault: fc.oneof({ weight: 7, arbitrary: nothing }, { weight: 1, arbitrary: fault }),
  beside: fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: fc.record(actor) }),
});

const waiting = fc.record({
  hours: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 24, max: 9 * 24 })),
});

/**
 * Twenty operations and more. Arrays don't shrink below their least length: what a failure doesn't need becomes null.
 */
export const sequences: fc.Arbitrary<(Operation | null)[]> = fc.array(
  fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: nothing },
    { weight: 1200, arbitrary: doing },
    { weight: 200, arbitrary: waiting },
  ),
  { minLength: 21, maxLength: 32, size: 'max' },
);

/** What lets both of two calls read before the first of them writes. */
export const SLOW_WRITE: Fault = { action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 25 };

/** So many mails may always go to one address. */
const MAILS = 9;

/**
 * What an operation means in a world.
 *
 * @param people their addresses
 * @param past every name that the model has ever given, also of what is gone
 */
export function meaningOf(
  { kind, by, who, organization, isUnnamed, target, role }: Intention,
  world: World,
  people: readonly string[],
  past: readonly string[],
): Call {
  const pick = <T>(all: readonly T[], index: number) => all[index % all.length];
  const anybody = pick(people, who) as string;
  const live = world.organizations.filter(({ id }) => isLive(world, id));
  const home = pick(live.length > 0 && organization % 8 !== 7 ? live : world.organizations, organization)?.id;
  if (kind === 'sweep') return { do: 'sweep' };
  const personal: Caller = { kind: 'person', address: anybody };
  if (home === undefined) return { do: 'create organization', by: personal, name: 'Acme Energy' };

  /** One of those here, mostly; now and then one of elsewhere or of the past. */
  const one = (prefix: string, here: readonly { readonly id: string }[]) => {
    const all = past.filter((name) => name.startsWith(prefix));
    return target % 8 === 7 || here.length === 0 ? pick(all, target) : pick(here, target)?.id;
  };
  const members = world.members.filter((member) => member.organization === home);
  const invitations = world.invitations.filter((invitation) => invitation.organization === home).toReversed();
  const waiting = invitations.filter((invitation) => statusOf(world, invitation) === 'PENDING');
  const address = (user: string) => world.users.find(({ id }) => id === user)?.address ?? anybody;

  const link =
    (target % 4 === 3 ? undefined : pick(waiting, target)?.links.at(-1)) ??
    pick(
      world.invitations.toReversed().flatMap(({ links }) => links),
      target,
    );
  const member = one('member', members);
  const invitation = one('invitation', waiting.length > 0 && target % 2 ? waiting : invitations);
  const token = one(
    'token',
    world.tokens.filter((each) => each.organization === home && !each.revoked),
  );

  const caller = ((): Caller => {
    const isClaimed = (user: string) => world.users.find(({ id }) => id === user)?.claimed;
    const actors = members.filter(({ role, owner, user }) => {
      if (by === 'member') return true;
      return isClaimed(user) && (by === 'owner' ? owner : role === 'ADMIN');
    });
    const invited = world.invitations.find((each) => each.id === invitation || each.links.includes(link ?? ''));
    switch (by) {
      case 'nobody':
        return { kind: 'nobody' };
      case 'unverified':
        return { kind: 'unverified', address: anybody };
      case 'token': {
        const name =
          pick(
            world.tokens.filter((each) => each.organization === home),
            who,
          )?.id ?? token;
        return name ? { kind: 'token', token: name } : personal;
      }
      case 'target': {
        const user = members.find(({ id }) => id === member)?.user;
        return user === undefined ? personal : { kind: 'person', address: address(user) };
      }
      case 'invitee':
        return { kind: 'person', address: invited?.address ?? anybody };
      case 'anybody':
        return personal;
      default:
        return actors.length > 0
          ? { kind: 'person', address: address((pick(actors, who) as { user: string }).user) }
          : personal;
    }
  })();

  const named = isUnnamed && !isInDeleted(world, caller) ? undefined : home;
  const common = { by: caller, organization: named };
  const invited = pick(people, target) as string;
  // Addresses as people write them.
  const spelled = [invited, invited.toUpperCase(), ` ${invited} `][who % 3] as string;
  const invite: Call = { ...common, do: 'invite', address: spelled, role };
  const mails = (to: string | undefined) => world.mails.filter((mail) => mail.address === to).length;
  const list: Call = {
    ...common,
    do: 'list',
    what: pick(['members', 'invitations', 'audit-logs', 'access-tokens'] as const, target) ?? 'members',
  };
  const inviteOrList = mails(invited) < MAILS ? invite : list;
  switch (kind) {
    case 'invite':
      return inviteOrList;
    case 'accept':
    case 'decline':
      return link ? { by: caller, do: kind, link } : inviteOrList;
    case 'resend': {
      const to = world.invitations.find(({ id }) => id === invitation)?.address;
      return invitation && mails(to) < MAILS ? { ...common, do: kind, invitation } : inviteOrList;
    }
    case 'revoke':
      return invitation ? { ...common, do: kind, invitation } : inviteOrList;
    case 'change role':
      return member ? { ...common, do: kind, member, role } : list;
    case 'remove member': {
      const user = caller.kind === 'person' && world.users.find((each) => each.address === caller.address)?.id;
      const own = members.find((each) => each.user === user)?.id;
      const left = by === 'member' && own ? own : member;
      return left ? { ...common, do: kind, member: left } : list;
    }
    case 'transfer ownership':
      return member ? { by: caller, do: kind, organization: home, member } : list;
    case 'create token':
      return {
        ...common,
        do: kind,
        role: target % 2 ? role : undefined,
        days: target % 3 ? undefined : (target % 9) + 1,
      };
    case 'revoke token':
      return token
        ? { ...common, do: kind, token }
        : { ...common, do: 'create token', role: undefined, days: undefined };
    case 'rename organization':
      return { by: caller, do: kind, organization: home, name: `Acme ${target % 3}` };
    case 'delete organization':
      return { by: caller, do: kind, organization: home };
    case 'create organization':
      return { by: caller, do: kind, name: 'Acme Energy' };
    case 'list':
      return list;
    default:
      return { by: caller, do: kind };
  }
}

/**
 * Whether somebody's organization was deleted and isn't cleared yet. Until the sweep has cleared it, it counts among
 * those of which one has to be named, so that what a request that names none gets is no promise.
 */
function isInDeleted(world: World, caller: Caller): boolean {
  const user = caller.kind === 'person' && world.users.find(({ address }) => address === caller.address)?.id;
  return world.members.some((member) => member.user === user && !isLive(world, member.organization));
}

/**
 * Whether two calls can't be told apart well enough to be made at the same moment: which of two new links is the good
 * one shows nowhere, and an erasure and the sweep both go from row to row.
 */
export function excludeEachOther(one: Call, other: Call): boolean {
  const both = [one.do, other.do];
  const isUnnamed = [one, other].some((call) => 'organization' in call && call.organization === undefined);
  return (
    both.every((each) => each === 'resend') ||
    (both.includes('erase me') && (both.includes('sweep') || addressOf(one) === addressOf(other))) ||
    (both.includes('delete organization') && isUnnamed)
  );
}

function addressOf(call: Call): string | undefined {
  return 'by' in call && call.by.kind === 'person' ? call.by.address : undefined;
}
