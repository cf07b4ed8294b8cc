import fc from 'fast-check';
import type { Fault } from '../../packages/local/faults.ts';
import {
  type Call,
  type Caller,
  isLive,
  linksOf,
  membershipsInTeam,
  ROLES,
  type Role,
  statusOf,
  type TeamRole,
  userOf,
  type World,
} from './model.ts';

/** The kinds of operations with their weights, in a sequence about people and in one about teams. */
const KINDS = {
  invite: [12, 12],
  accept: [16, 12],
  resend: [6, 1],
  revoke: [4, 1],
  decline: [4, 1],
  'change role': [10, 4],
  'remove member': [8, 6],
  'offer ownership': [5, 1],
  'accept ownership': [5, 1],
  'decline ownership': [1, 0],
  'withdraw ownership': [1, 0],
  block: [4, 0],
  unblock: [2, 0],
  'create token': [6, 1],
  'revoke token': [3, 0],
  list: [4, 4],
  'show me': [2, 0],
  'list organizations': [2, 0],
  'erase me': [3, 1],
  'create organization': [3, 1],
  'rename organization': [2, 0],
  'delete organization': [1, 0],
  sweep: [8, 6],
  'create team': [3, 12],
  'rename team': [0, 3],
  'move team': [0, 10],
  'delete team': [1, 4],
  'put team member': [3, 16],
  'remove team member': [0, 4],
  'leave team': [1, 6],
  'look at team': [0, 4],
} as const;
type Kind = keyof typeof KINDS;

/** The kinds of actors with their weights. */
const ACTORS = {
  admin: 20,
  /** An owner of the affected team. */
  'team owner': 10,
  owner: 6,
  member: 6,
  /** The affected member, also of a parallel operation. */
  target: 8,
  invitee: 8,
  anybody: 6,
  unverified: 1,
  token: 6,
  nobody: 6,
} as const;
type ActorKind = keyof typeof ACTORS;

/** A random operation, mostly as numbers. They are mapped to people and resources that exist when it runs. */
export interface Intention {
  readonly kind: Kind;
  readonly by: ActorKind;
  readonly who: number;
  readonly organization: number;
  /** Whether the request names no organization. */
  readonly isUnnamed: boolean;
  readonly target: number;
  /** Selects a second resource: the team of a member, or a team that is moved. */
  readonly other: number;
  readonly role: Role;
  readonly teamRole: TeamRole;
}

/** A parallel operation. Other values are those of the `Intention`. */
interface Beside {
  readonly by: ActorKind;
  readonly who: number;
  /** Undefined for the same operation by another actor. */
  readonly kind: Kind | undefined;
}

/** A step of a sequence: a wait, a chain of new teams, a duel, or one or two other operations. */
export type Operation =
  | { readonly hours: number }
  | { readonly levels: number }
  | Duel
  | (Intention & {
      readonly fault: Fault | null;
      readonly beside: Beside | null;
    });

/** Two ADMINs or team owners demote or remove each other, or two teams are moved below each other. */
export interface Duel {
  readonly duel: 'members' | 'owners' | 'teams';
  readonly who: number;
  /** Whether they remove each other instead of demoting. */
  readonly isRemoval: boolean;
}

const weighted = <K extends string>(weights: readonly (readonly [K, number])[]) =>
  fc.oneof(...weights.map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) })));

const number = fc.nat({ max: 31 });
const actor = { by: weighted(Object.entries(ACTORS) as [ActorKind, number][]), who: number };

/**
 * Faults that the service tolerates if there are few in a row. The SDK waits up to a second before it retries a
 * throttled call, so throttling of whole calls is rare.
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

const kinds = (about: 0 | 1) =>
  weighted((Object.entries(KINDS) as [Kind, readonly [number, number]][]).map(([kind, all]) => [kind, all[about]]));

const beside = (kind: fc.Arbitrary<Kind>): fc.Arbitrary<Beside | null> =>
  fc.oneof(
    { weight: 16, arbitrary: nothing },
    { weight: 3, arbitrary: fc.record({ ...actor, kind }) },
    { weight: 1, arbitrary: fc.record({ ...actor, kind: fc.constant(undefined) }) },
  );

const doing = (kind: fc.Arbitrary<Kind>, roles: readonly Role[]) =>
  fc.record({
    ...actor,
    kind,
    organization: number,
    isUnnamed: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    target: number,
    other: number,
    role: fc.constantFrom(...ROLES, ...roles),
    teamRole: fc.constantFrom('OWNER', 'OWNER', 'MODERATOR', 'MEMBER'),
    fault: fc.oneof({ weight: 7, arbitrary: nothing }, { weight: 1, arbitrary: fault }),
    beside: beside(kind),
  });

const waiting = fc.record({
  hours: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 24, max: 9 * 24 })),
});

const DUELS: readonly [readonly Duel['duel'][], readonly Duel['duel'][]] = [['members'], ['owners', 'teams']];

/** Additional roles, because duels need two ADMINs, or two team owners who aren't ADMINs. */
const MORE_ROLES: readonly [readonly Role[], readonly Role[]] = [['ADMIN'], ['USER', 'USER']];

/** About twenty operations. Arrays don't shrink below the minimum length, so unneeded operations become null. */
const about = (index: 0 | 1): fc.Arbitrary<(Operation | null)[]> =>
  fc.array(
    fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: nothing },
      { weight: 1200, arbitrary: doing(kinds(index), MORE_ROLES[index]) },
      { weight: 200, arbitrary: waiting },
      {
        weight: 50,
        arbitrary: fc.record({
          duel: fc.constantFrom(...DUELS[index]),
          who: number,
          isRemoval: fc.boolean(),
        }),
      },
      { weight: index * 10, arbitrary: fc.record({ levels: fc.integer({ min: 6, max: 12 }) }) },
    ),
    { minLength: 17, maxLength: 26, size: 'max' },
  );
export const sequences = fc.oneof(about(0), about(1));

/** Returns an operation that creates a team below the newest one. */
export function oneLevelMore(level: number): Exclude<Operation, { hours: number } | { levels: number } | Duel> {
  return {
    ...{ kind: 'create team', by: 'owner', who: level, organization: 0, isUnnamed: false, target: 0, other: 0 },
    ...{ role: 'USER', teamRole: 'OWNER', fault: null, beside: null },
  };
}

/** Delays writes, so that two parallel calls read before the first one writes. */
export const SLOW_WRITES: Fault = { action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 25, times: 2 };

/** A few names in several letter cases, so that conflicts occur. */
const TEAM_NAMES = [
  'North',
  'NORTH',
  'East',
  'South',
  'south',
  'West',
  'Up',
  'Down',
  'Left',
  'Right',
  'Near',
  'acme energy',
];

/** The number of mails that may always be sent to an address. */
const MAILS = 9;

/**
 * Returns the call of an operation in a world.
 *
 * @param people the addresses of the people
 * @param past all names that the model has ever assigned
 */
export function meaningOf(
  { kind, by, who, organization, isUnnamed, target, other, role, teamRole }: Intention,
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

  /** Picks a resource of the organization, or now and then one of another organization or a deleted one. */
  const one = (prefix: string, here: readonly { readonly id: string }[], index = target) => {
    const all = past.filter((name) => name.startsWith(prefix));
    return index % 8 === 7 || here.length === 0 ? pick(all, index) : pick(here, index)?.id;
  };
  const members = world.members.filter((member) => member.organization === home);
  const invitations = world.invitations.filter((invitation) => invitation.organization === home).toReversed();
  const waiting = invitations.filter((invitation) => statusOf(world, invitation) === 'PENDING');
  const address = (user: string) => world.users.find(({ id }) => id === user)?.address ?? anybody;

  const link =
    (target % 4 === 3 ? undefined : pick(waiting.map(linksOf), target)?.at(-1)) ??
    pick(world.invitations.toReversed().flatMap(linksOf), target);
  const member = one('member', members);
  const invitation = one('invitation', waiting.length > 0 && target % 2 ? waiting : invitations);
  const token = one(
    'token',
    world.tokens.filter((each) => each.organization === home && !each.revoked),
  );

  // The newest teams first: they are below others.
  const teams = world.teams.filter((team) => team.organization === home).toReversed();
  const below = teams.filter((each) => each.parent !== undefined);
  const team = one('team', below.length > 0 ? below : teams, other);
  const parent = one('team', teams);
  const inTeam = team === undefined ? [] : membershipsInTeam(world, team);

  const present = ((): Caller => {
    const isClaimed = (user: string) => world.users.find(({ id }) => id === user)?.claimed;
    const actors = members.filter(({ role, owner, user }) => {
      if (by === 'member') return true;
      return isClaimed(user) && (by === 'owner' ? owner : role === 'ADMIN');
    });
    const invited = world.invitations.find((each) => each.id === invitation || linksOf(each).includes(link ?? ''));
    // Members have nothing to accept, and only team members can leave a team.
    const isOfOrganization = ['admin', 'owner', 'team owner', 'member', 'target'].includes(by);
    const invitee = who % 4 ? 'invitee' : 'nobody';
    const fitting = ['accept', 'decline', 'block', 'unblock'].includes(kind)
      ? invitee
      : kind === 'leave team'
        ? 'team owner'
        : by;
    const kindOfActor = isOfOrganization ? fitting : by;
    if ((kind === 'accept ownership' || kind === 'decline ownership') && isOfOrganization && who % 4) {
      const offer = world.organizations.find(({ id }) => id === home)?.offer;
      const heir = members.find(({ id }) => id === offer?.member)?.user;
      if (heir) return { kind: 'person', address: address(heir) };
    }
    switch (kindOfActor) {
      case 'team owner': {
        const owners = inTeam.filter(
          (teamMembership) =>
            isClaimed(teamMembership.user) && (teamMembership.role === 'OWNER' || kind === 'leave team'),
        );
        const owner = pick(owners, who);
        return owner ? { kind: 'person', address: address(owner.user) } : personal;
      }
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

  const hasSignedIn = present.kind === 'person' && userOf(world, present.address)?.claimed;
  const caller: Caller =
    present.kind === 'person' && hasSignedIn && other % 8 === 5 && kind !== 'erase me'
      ? { ...present, isOld: true }
      : present;

  const named = isUnnamed ? undefined : home;
  const common = { by: caller, organization: named };
  const invited = pick(people, target) as string;
  // Addresses in several spellings.
  const spelled = [invited, invited.toUpperCase(), ` ${invited} `][who % 3] as string;
  const joining = other % 3 || team === undefined ? [] : [team, parent ?? team];
  const isHanded = other % 3 === 1;
  const invite: Call = { ...common, do: 'invite', address: spelled, role, teams: joining, isHanded };
  const mails = (to: string | undefined) => world.mails.filter((mail) => mail.address === to).length;
  const list: Call = {
    ...common,
    do: 'list',
    what: pick(['members', 'invitations', 'audit-logs', 'access-tokens', 'teams'] as const, target) ?? 'members',
  };
  const user = caller.kind === 'person' && userOf(world, caller.address)?.id;
  const own = members.find((each) => each.user === user)?.id;
  const createTeam: Call = {
    ...common,
    do: 'create team',
    name: TEAM_NAMES[who % TEAM_NAMES.length] as string,
    isPrivate: target % 2 === 1,
    parent: other % 4 === 3 ? undefined : team,
  };
  const inviteOrList = mails(invited) < MAILS ? invite : list;
  switch (kind) {
    case 'invite':
      return inviteOrList;
    case 'accept':
    case 'decline':
    case 'block':
    case 'unblock':
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
      const left = by === 'member' && own ? own : member;
      return left ? { ...common, do: kind, member: left } : list;
    }
    case 'offer ownership': {
      const to = members.find(({ id }) => id === member)?.user;
      const isQuiet = to === undefined || mails(address(to)) < MAILS;
      return member && isQuiet ? { by: caller, do: kind, organization: home, member } : list;
    }
    case 'accept ownership':
    case 'decline ownership':
    case 'withdraw ownership':
      return { by: caller, do: kind, organization: home };
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
    case 'create team':
      return createTeam;
    case 'rename team': {
      const change = target % 3 ? { name: createTeam.name } : { isPrivate: target % 2 === 1 };
      return team ? { ...common, do: 'update team', team, ...change } : createTeam;
    }
    case 'move team':
      return team && parent ? { ...common, do: 'update team', team, parent } : createTeam;
    case 'delete team':
      return team ? { ...common, do: kind, team } : createTeam;
    case 'put team member': {
      // For a lower role, mostly an owner is chosen.
      const owners = inTeam.filter((teamMembership) => teamMembership.role === 'OWNER');
      const put = teamRole === 'OWNER' || target % 4 === 3 ? member : (pick(owners, target)?.member ?? member);
      return team && put ? { ...common, do: kind, team, member: put, role: teamRole } : createTeam;
    }
    case 'remove team member': {
      const teamMembership = target % 8 === 7 ? undefined : pick(inTeam, target)?.member;
      const removed = teamMembership ?? member;
      return team && removed ? { ...common, do: kind, team, member: removed } : createTeam;
    }
    case 'leave team':
      return team && own ? { ...common, do: 'remove team member', team, member: own } : createTeam;
    case 'look at team':
      return team ? { ...common, do: target % 2 ? 'show team' : 'list team members', team } : createTeam;
    case 'list':
      return list;
    default:
      return { by: caller, do: kind };
  }
}

/**
 * Returns whether two calls must not run in parallel, because the model can't predict the outcome: two resends don't
 * show which link is valid, and erasure and sweep are not atomic.
 */
export function excludeEachOther(one: Call, other: Call): boolean {
  const both = [one.do, other.do];
  // For an erased person, an old token is a new sign-in.
  const isOld = [one, other].some((call) => 'by' in call && call.by.kind === 'person' && call.by.isOld);
  if (isOld && both.includes('erase me')) return true;
  return both.every((each) => each === 'resend') || (both.includes('erase me') && both.includes('sweep'));
}

/** Returns the two parallel calls of a duel, or one call that prepares it; none if it is impossible. */
export function duelOf({ duel, who, isRemoval }: Duel, world: World, people: readonly string[]): readonly Call[] {
  const live = world.organizations.filter(({ id }) => isLive(world, id));
  const organization = live[who % live.length]?.id;
  if (organization === undefined) return [];
  const members = world.members.filter((member) => member.organization === organization);
  const person = (user: string | undefined): Caller => {
    const { address = people[0] as string } = world.users.find(({ id }) => id === user) ?? {};
    return { kind: 'person', address };
  };
  const owner = person(members.find((member) => member.owner)?.user);
  const below = world.teams.filter((team) => team.organization === organization && team.parent !== undefined);
  const team = below.at(-1)?.id;

  if (duel !== 'members' && (team === undefined || (duel === 'teams' && below.length === 1))) {
    const name = TEAM_NAMES.filter((each) => each !== 'acme energy').find(
      (each) => !world.teams.some((one) => one.name.toLowerCase() === each.toLowerCase()),
    );
    return name ? [{ by: owner, do: 'create team', organization, name, isPrivate: false, parent: undefined }] : [];
  }
  if (duel === 'teams') {
    const [one, other] = [below[who % below.length]?.id, below[(who + 1) % below.length]?.id] as [string, string];
    return [
      { by: owner, do: 'update team', organization, team: one, parent: other },
      { by: owner, do: 'update team', organization, team: other, parent: one },
    ];
  }

  // An ADMIN manages every team, so only other owners are relevant.
  const isFit = ({ role }: { role: Role }) => (duel === 'members' ? true : role === 'USER' || role === 'OPERATOR');
  const fit = members.filter(
    (each) => !each.owner && isFit(each) && userOf(world, addressOf(world, each.user))?.claimed,
  );
  const isOwner = (member: string) =>
    membershipsInTeam(world, team as string).some(
      (teamMembership) => teamMembership.member === member && teamMembership.role === 'OWNER',
    );
  const isEqual = ({ id, role }: { id: string; role: Role }) => (duel === 'members' ? role === 'ADMIN' : isOwner(id));
  const [one, other] = fit.filter(isEqual);
  if (one && other) {
    const attack = (by: string, member: string): Call => {
      const common = { by: person(by), organization, member };
      if (duel === 'members') {
        return isRemoval ? { ...common, do: 'remove member' } : { ...common, do: 'change role', role: 'USER' };
      }
      const inTeam = { ...common, team: team as string };
      return isRemoval ? { ...inTeam, do: 'remove team member' } : { ...inTeam, do: 'put team member', role: 'MEMBER' };
    };
    return [attack(one.user, other.id), attack(other.user, one.id)];
  }
  const next = fit.find((each) => !isEqual(each));
  if (next) {
    return duel === 'members'
      ? [{ by: owner, do: 'change role', organization, member: next.id, role: 'ADMIN' }]
      : [{ by: owner, do: 'put team member', organization, team: team as string, member: next.id, role: 'OWNER' }];
  }
  const waiting = world.invitations.find(
    (each) => each.organization === organization && statusOf(world, each) === 'PENDING' && isFit(each),
  );
  const link = waiting && linksOf(waiting).at(-1);
  if (link) return [{ by: { kind: 'person', address: waiting?.address as string }, do: 'accept', link }];
  const address = people.find(
    (each) =>
      world.mails.filter((mail) => mail.address === each).length < MAILS &&
      !members.some((one) => one.user === userOf(world, each)?.id) &&
      !world.invitations.some((one) => one.address === each && statusOf(world, one) === 'PENDING'),
  );
  return address ? [{ by: owner, do: 'invite', organization, address, role: 'USER', teams: [], isHanded: false }] : [];
}

function addressOf(world: World, user: string): string {
  return world.users.find(({ id }) => id === user)?.address ?? '';
}
