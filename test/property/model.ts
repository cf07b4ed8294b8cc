// A model of organizations, members, teams, invitations and access tokens, as plain data and functions. Imports
// nothing: model and service are independent implementations of the same rules.

export type Role = 'ADMIN' | 'USER' | 'OPERATOR' | 'VIEWER';

/** From the highest role to the lowest. */
export const ROLES: readonly Role[] = ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'];

export type TeamRole = 'OWNER' | 'MODERATOR' | 'MEMBER';

/** The sender of a request. People are identified by their addresses in lower case. */
export type Caller =
  /** `isOld`: with an older ID token of another address, which is ignored. */
  | { readonly kind: 'person'; readonly address: string; readonly isOld?: true }
  /** A person with an unverified address. */
  | { readonly kind: 'unverified'; readonly address: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'nobody' };

/** A request, with the model's names for resources. */
type Request =
  | { readonly do: 'create organization'; readonly name: string }
  | { readonly do: 'rename organization'; readonly organization: string; readonly name: string }
  | { readonly do: 'delete organization'; readonly organization: string }
  | { readonly do: 'offer ownership'; readonly organization: string; readonly member: string }
  | { readonly do: 'accept ownership' | 'decline ownership' | 'withdraw ownership'; readonly organization: string }
  | {
      readonly do: 'invite';
      readonly organization: Named;
      readonly address: string;
      readonly role: Role;
      readonly teams: readonly string[];
      /** Whether the link is returned to the inviter instead of a mail. */
      readonly isHanded: boolean;
    }
  | { readonly do: 'resend' | 'revoke'; readonly organization: Named; readonly invitation: string }
  | { readonly do: 'accept' | 'decline' | 'block' | 'unblock'; readonly link: string }
  | { readonly do: 'change role'; readonly organization: Named; readonly member: string; readonly role: Role }
  | { readonly do: 'remove member'; readonly organization: Named; readonly member: string }
  | {
      readonly do: 'create token';
      readonly organization: Named;
      readonly role: Role | undefined;
      readonly days: number | undefined;
    }
  | { readonly do: 'revoke token'; readonly organization: Named; readonly token: string }
  | {
      readonly do: 'create team';
      readonly organization: Named;
      readonly name: string;
      readonly isPrivate: boolean;
      readonly parent: string | undefined;
    }
  | {
      readonly do: 'update team';
      readonly organization: Named;
      readonly team: string;
      readonly name?: string;
      readonly isPrivate?: boolean;
      readonly parent?: string;
    }
  | {
      readonly do: 'delete team' | 'show team' | 'list team members';
      readonly organization: Named;
      readonly team: string;
    }
  | {
      readonly do: 'put team member';
      readonly organization: Named;
      readonly team: string;
      readonly member: string;
      readonly role: TeamRole | undefined;
    }
  | { readonly do: 'remove team member'; readonly organization: Named; readonly team: string; readonly member: string }
  | {
      readonly do: 'list';
      readonly organization: Named;
      readonly what: 'members' | 'invitations' | 'audit-logs' | 'access-tokens' | 'teams';
    }
  | { readonly do: 'show me' | 'list organizations' | 'erase me' };

/** A call of the service: a request, or a run of the scheduled function. */
export type Call = ({ readonly by: Caller } & Request) | { readonly do: 'sweep' };

/** The organization of a request; undefined if the request names none. */
type Named = string | undefined;

/** The expected answer of the service. */
export interface Answer {
  readonly status: number;
  /** The code of the refusal, or several possible ones. */
  readonly error?: string | readonly string[];
  /** The names of created resources. Their ids are in the answer, except that of a `link`, which is mailed. */
  readonly made?: {
    readonly organization?: string;
    readonly member?: string;
    readonly user?: string;
    readonly invitation?: string;
    readonly token?: string;
    readonly link?: string;
    readonly handed?: string;
    readonly team?: string;
  };
}

export interface User {
  readonly id: string;
  readonly address: string;
  /** Whether the person has signed in. Before, the user is a placeholder for an address that accepted by link alone. */
  claimed: boolean;
}

interface Organization {
  readonly id: string;
  name: string;
  deletedAt?: number;
  /** The open ownership offer. */
  offer?: { readonly member: string; readonly expiresAt: number };
  readonly entries: Entry[];
}

interface Member {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
  role: Role;
  owner: boolean;
}

interface Team {
  readonly id: string;
  readonly organization: string;
  name: string;
  isPrivate: boolean;
  /** The parent team; undefined only for the default team. */
  parent: string | undefined;
}

/** A member's membership in a team. It is valid as long as the membership in the organization exists. */
interface TeamMembership {
  readonly team: string;
  readonly member: string;
  readonly user: string;
  role: TeamRole;
}

type Status = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

interface Invitation {
  readonly id: string;
  readonly organization: string;
  /** Undefined after the person was erased. */
  address: string | undefined;
  readonly role: Role;
  /** The recorded status. `statusOf` considers the clock too. */
  status: Status;
  inviter: string;
  expiresAt: number;
  /** The teams to join by accepting, if they still exist. */
  readonly teams: readonly string[];
  /** The mailed links; the last one is valid. Unsent ones have only a name. */
  readonly links: string[];
  /** The link that was returned to the inviter, if any. It is valid only with the invited person's sign-in. */
  readonly handed: string | undefined;
  /** The member and joined teams after acceptance. */
  member?: string;
  joined?: readonly string[];
}

interface Token {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
  /** The membership that the token belongs to. */
  readonly member: string;
  readonly role: Role | undefined;
  readonly expiresAt: number | undefined;
  /** The chain of tokens that created it. */
  readonly makers: readonly string[];
  revoked: boolean;
}

/** An entry of the audit log. */
export interface Entry {
  /** The step in which it was written. The order within a step is undefined. */
  readonly step: number;
  readonly action: string;
  readonly actorType: string;
  readonly actorId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** The complete state. Ids are names that the model assigns. */
export interface World {
  /** Milliseconds since the start. */
  now: number;
  readonly users: User[];
  readonly organizations: Organization[];
  readonly members: Member[];
  readonly teams: Team[];
  /** Includes those of ended memberships, until the scheduled function deletes them. */
  readonly teamMemberships: TeamMembership[];
  readonly invitations: Invitation[];
  readonly tokens: Token[];
  /** Every mail with its link, including mails to blocked addresses, which are not sent. */
  readonly mails: { readonly link: string; readonly address: string }[];
  /** The addresses that block an organization. */
  readonly blocks: { readonly organization: string; readonly address: string }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The maximum depth of the tree of teams, including the default team. */
const TREE_DEPTH = 10;

/** The placeholder for the address of an erased person. */
const ERASED = 'erased@erased.invalid';

/** The period of an invitation or ownership offer. */
const PERIOD = 7 * DAY;

export function newWorld(): World {
  const nobody = { users: [], members: [], teamMemberships: [], invitations: [], tokens: [], mails: [], blocks: [] };
  return { now: 0, organizations: [], teams: [], ...nobody };
}

/** Lets time pass. */
export function passTime(world: World, hours: number): void {
  world.now += hours * HOUR;
}

/** Returns the normalized form of an address. */
function normalized(address: string): string {
  return address.trim().toLowerCase();
}

export function isLive(world: World, organization: string): boolean {
  return world.organizations.some(({ id, deletedAt }) => id === organization && deletedAt === undefined);
}

/** Returns the user with an address, claimed or not. */
export function userOf(world: World, address: string): User | undefined {
  return world.users.find((user) => user.address === address);
}

/** Returns a user's memberships in organizations that aren't deleted. */
export function membershipsOf(world: World, user: string): Member[] {
  return world.members.filter((member) => member.user === user && isLive(world, member.organization));
}

/** Returns the status of an invitation, considering the clock. */
export function statusOf(world: World, { status, expiresAt }: Invitation): Status {
  return status === 'PENDING' && expiresAt <= world.now ? 'EXPIRED' : status;
}

/** Returns whether a token is valid: not revoked, not expired, and its membership exists. */
function isValid(world: World, token: Token | undefined): token is Token {
  return (
    token !== undefined &&
    !token.revoked &&
    (token.expiresAt === undefined || token.expiresAt > world.now) &&
    world.members.some(({ id }) => id === token.member)
  );
}

/** Returns the valid memberships in a team. */
export function membershipsInTeam(world: World, team: string): TeamMembership[] {
  return world.teamMemberships.filter(
    (teamMembership) => teamMembership.team === team && world.members.some(({ id }) => id === teamMembership.member),
  );
}

/** Returns the ancestors of a team, nearest first. */
function above(world: World, team: Team): Team[] {
  const parent = world.teams.find(({ id }) => id === team.parent);
  return parent ? [parent, ...above(world, parent)] : [];
}

/** Returns the height of a team's subtree. */
function heightOf(world: World, team: Team): number {
  const below = world.teams.filter(({ parent }) => parent === team.id);
  return 1 + Math.max(0, ...below.map((child) => heightOf(world, child)));
}

/**
 * Returns whether a member sees a team: ADMINs see all; others see public teams, their own, and teams below their own.
 */
function sees(world: World, { role, member }: { role: Role; member: string }, team: Team): boolean {
  const isIn = ({ id }: Team) =>
    membershipsInTeam(world, id).some((teamMembership) => teamMembership.member === member);
  return role === 'ADMIN' || !team.isPrivate || [team, ...above(world, team)].some(isIn);
}

/** Compares names case-insensitively. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function lower(one: Role, other: Role): Role {
  return ROLES[Math.max(ROLES.indexOf(one), ROLES.indexOf(other))] as Role;
}

/** A call in progress. Its steps are atomic, and steps of parallel calls may interleave. Plain data, like the world. */
export interface Progress {
  readonly call: Call;
  /** The step of the sequence. */
  readonly step: number;
  /** Step and index of the call, for names of created resources. */
  readonly label: string;
  at: 'sign-in' | 'organization' | 'action';
  user?: string;
  organization?: string;
  /** The number of sign-ins. A user who is erased in parallel is signed in again. */
  signIns: number;
  answer?: Answer;
}

export function begin(call: Call, step: number, label: string): Progress {
  return { call, step, label, at: 'sign-in', signIns: 0 };
}

/** Returns all possible outcomes of parallel calls, each with its world and the answers in order. */
export function outcomesOf(world: World, calls: readonly Progress[]): { world: World; answers: Answer[] }[] {
  const found = new Map<string, { world: World; answers: Answer[] }>();
  const explore = (present: World, progress: readonly Progress[]) => {
    const open = progress.filter(({ answer }) => !answer);
    if (open.length === 0) {
      const outcome = { world: present, answers: progress.map(({ answer }) => answer as Answer) };
      found.set(identityOf(outcome), outcome);
      return;
    }
    for (const { label } of open) {
      const next = structuredClone({ present, progress });
      advance(next.present, next.progress.find((one) => one.label === label) as Progress);
      explore(next.present, next.progress);
    }
  };
  explore(world, calls);
  return [...found.values()];
}

/** Returns a text that is the same for outcomes that differ only in the order of created resources. */
function identityOf({ world, answers }: { world: World; answers: readonly Answer[] }): string {
  const unordered = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
  const organizations = world.organizations.map((one) => ({ ...one, entries: unordered(one.entries) }));
  const all = Object.values({ ...world, organizations }).map((part) => (Array.isArray(part) ? unordered(part) : part));
  return JSON.stringify([answers, all]);
}

function refused(status: number, error: string | readonly string[]): Answer {
  return { status, error };
}

/** Executes the next step of a call. */
function advance(world: World, progress: Progress): void {
  const { call } = progress;
  if (call.do === 'sweep') {
    sweep(world, progress);
    progress.answer = { status: 200 };
    return;
  }
  const isErased = progress.user !== undefined && !world.users.some(({ id }) => id === progress.user);
  if (progress.at === 'sign-in' || isErased) {
    progress.signIns += 1;
    const answer = signIn(world, progress, call);
    progress.at = 'organization';
    if (answer) progress.answer = answer;
    return;
  }
  if (progress.at === 'organization' && 'organization' in call && call.organization === undefined) {
    const answer = selectOrganization(world, progress, call.by);
    progress.at = 'action';
    if (answer) progress.answer = answer;
    return;
  }
  const answer = act(world, progress, call);
  if (answer) progress.answer = answer;
}

/** Requests without an organization, which have their own rules for callers. */
const FOR_PERSONS: readonly string[] = ['create organization', 'erase me'];
const FOR_CALLERS: readonly string[] = ['show me', 'list organizations'];
const FOR_LINKS: readonly string[] = ['accept', 'decline', 'block', 'unblock'];

/** Identifies the caller. The first verified sign-in creates a user, or claims a placeholder. */
function signIn(world: World, progress: Progress, { by, do: request }: Call & { by: Caller }): Answer | undefined {
  switch (by.kind) {
    case 'nobody':
      return FOR_LINKS.includes(request) ? undefined : refused(401, 'unauthenticated');
    case 'unverified':
      return request === 'show me' ? { status: 200 } : refused(403, 'email_not_verified');
    case 'token':
      return [...FOR_PERSONS, ...FOR_LINKS].includes(request) ? refused(403, 'token_not_allowed') : undefined;
  }
  const user = userOf(world, by.address);
  if (!user) {
    const id = `user ${progress.label}${progress.signIns > 1 ? ` again ${progress.signIns}` : ''}`;
    world.users.push({ id, address: by.address, claimed: true });
  } else if (!user.claimed) {
    user.claimed = true;
    for (const member of membershipsOf(world, user.id)) {
      write(world, progress, member.organization, {
        action: 'member.claim',
        actorType: 'user',
        actorId: user.id,
        resourceType: 'member',
        resourceId: member.id,
        after: { claimed: true },
      });
    }
  }
  progress.user = (userOf(world, by.address) as User).id;
  return undefined;
}

/** Selects the only organization of a caller who names none. */
function selectOrganization(world: World, progress: Progress, by: Caller): Answer | undefined {
  if (by.kind === 'token') {
    progress.organization = (world.tokens.find(({ id }) => id === by.token) as Token | undefined)?.organization ?? '';
    return undefined;
  }
  const [only, second] = membershipsOf(world, progress.user as string);
  if (!only) return refused(400, 'no_organization');
  if (second) return refused(400, 'organization_required');
  progress.organization = only.organization;
  return undefined;
}

/** The actor in an organization, with the effective role. */
interface Actor {
  readonly member: Member;
  readonly role: Role;
  readonly actorType: 'user' | 'apiKey';
  readonly actorId: string;
}

type Log = (entry: Omit<Entry, 'step' | 'actorType' | 'actorId'>) => void;

type By<D extends string> = Extract<Call, { do: D }> & { readonly by: Caller };

/** Executes a request. Returns undefined if there are more steps. */
function act(world: World, progress: Progress, call: Call & { by: Caller }): Answer | undefined {
  switch (call.do) {
    case 'create organization':
      return createOrganization(world, progress, call);
    case 'erase me':
      return erase(world, progress);
    case 'accept':
      return accept(world, progress, call.link);
    case 'decline':
      return decline(world, progress, call.link);
    case 'block':
    case 'unblock':
      return block(world, progress, call.link, call.do === 'block');
  }
  const { by } = call;
  const token = by.kind === 'token' ? world.tokens.find(({ id }) => id === by.token) : undefined;
  if (FOR_CALLERS.includes(call.do)) {
    const isIn = by.kind === 'person' || (isValid(world, token) && isLive(world, token.organization));
    return isIn ? { status: 200 } : refused(401, 'unauthenticated');
  }
  const id = ('organization' in call ? call.organization : undefined) ?? (progress.organization as string);
  if (by.kind === 'token') {
    const isOfAnother = token && token.organization !== id;
    if (!isValid(world, token)) {
      return isOfAnother
        ? { status: 404, error: ['organization_not_found', 'unauthenticated'] }
        : refused(401, 'unauthenticated');
    }
    // A token of a deleted organization may fail as a token or as a membership.
    if (!isLive(world, id) && !isOfAnother) return refused(404, ['organization_not_found', 'unauthenticated']);
    if (isOfAnother) return refused(404, 'organization_not_found');
  }
  const user = token?.user ?? progress.user;
  const member = world.members.find((one) => one.organization === id && one.user === user);
  if (!member || !isLive(world, id)) {
    if (by.kind === 'token' || !('organization' in call) || call.organization !== undefined) {
      return refused(404, 'organization_not_found');
    }
    // The only organization was left in parallel, so it is selected again.
    progress.at = 'organization';
    return undefined;
  }
  const actor: Actor = token
    ? { member, role: lower(token.role ?? member.role, member.role), actorType: 'apiKey', actorId: token.id }
    : { member, role: member.role, actorType: 'user', actorId: member.user };
  return actIn(world, progress, call, id, actor);
}

/** Requests that need the role ADMIN. */
const FOR_ADMINS: readonly string[] = [
  'rename organization',
  'delete organization',
  'invite',
  'resend',
  'revoke',
  'change role',
];

function actIn(world: World, progress: Progress, call: Call, organizationId: string, actor: Actor): Answer {
  const isAdmin = actor.role === 'ADMIN';
  if (FOR_ADMINS.includes(call.do) && !isAdmin) return refused(403, 'forbidden');
  const organization = world.organizations.find(({ id }) => id === organizationId) as Organization;
  const { actorType, actorId } = actor;
  const log: Log = (entry) => write(world, progress, organizationId, { ...entry, actorType, actorId });
  const about = { resourceType: 'organization', resourceId: organizationId };
  const memberHere = (id: string) => world.members.find((one) => one.id === id && one.organization === organizationId);
  const invitationHere = (id: string) =>
    world.invitations.find((one) => one.id === id && one.organization === organizationId);

  switch (call.do) {
    case 'rename organization':
      if (organization.name !== call.name) {
        organization.name = call.name;
        log({ action: 'organization.update', resourceType: 'organization', resourceId: organizationId });
      }
      return { status: 200 };

    case 'delete organization':
      if (actorType === 'apiKey') return refused(403, 'token_not_allowed');
      organization.deletedAt = world.now;
      return { status: 204 };

    case 'offer ownership': {
      if (actorType === 'apiKey') return refused(403, 'token_not_allowed');
      if (!actor.member.owner) return refused(403, 'forbidden');
      const heir = memberHere(call.member);
      if (!heir) return refused(404, 'member_not_found');
      if (heir.owner) return refused(409, 'already_owner');
      const user = world.users.find(({ id }) => id === heir.user) as User;
      if (!user.claimed) return refused(409, 'member_not_claimed');
      if (openOffer(world, organization)?.member === heir.id) return { status: 202 };
      organization.offer = { member: heir.id, expiresAt: world.now + PERIOD };
      world.mails.push({ link: '', address: user.address });
      log({ ...about, action: 'organization.offer-ownership', after: { memberId: heir.id } });
      return { status: 202 };
    }

    case 'withdraw ownership': {
      if (actorType === 'apiKey') return refused(403, 'token_not_allowed');
      if (!actor.member.owner) return refused(403, 'forbidden');
      const offer = openOffer(world, organization);
      if (!offer) return refused(404, 'ownership_offer_not_found');
      delete organization.offer;
      log({ ...about, action: 'organization.withdraw-ownership', before: { memberId: offer.member } });
      return { status: 204 };
    }

    case 'accept ownership':
    case 'decline ownership': {
      if (actorType === 'apiKey') return refused(403, 'token_not_allowed');
      const { member } = actor;
      if (organization.offer?.member !== member.id) return refused(404, 'ownership_offer_not_found');
      if (!openOffer(world, organization)) return refused(410, 'ownership_offer_expired');
      delete organization.offer;
      if (call.do === 'decline ownership') {
        log({ ...about, action: 'organization.decline-ownership', before: { memberId: member.id } });
        return { status: 204 };
      }
      const owner = world.members.find((one) => one.organization === organizationId && one.owner) as Member;
      const before = { ownerId: owner.id, role: member.role };
      owner.owner = false;
      member.owner = true;
      member.role = 'ADMIN';
      log({ ...about, action: 'organization.transfer', before, after: { ownerId: member.id, role: 'ADMIN' } });
      return { status: 200 };
    }

    case 'change role': {
      const member = memberHere(call.member);
      if (!member) return refused(404, 'member_not_found');
      if (member.role === call.role) return { status: 200 };
      if (actorType === 'apiKey' && member === actor.member) return refused(403, 'token_not_allowed');
      if (member.owner) return refused(409, 'owner_must_transfer');
      const before = { role: member.role };
      member.role = call.role;
      const after = { role: call.role };
      log({ action: 'member.update', resourceType: 'member', resourceId: member.id, before, after });
      return { status: 200 };
    }

    case 'remove member': {
      const isLeaving = call.member === actor.member.id;
      if (!isLeaving && !isAdmin) return refused(403, 'forbidden');
      const member = memberHere(call.member);
      if (!member) return refused(404, 'member_not_found');
      if (member.owner) {
        const isAlone = !world.members.some((one) => one.organization === organizationId && one !== member);
        if (!isLeaving || !isAlone) return refused(409, 'owner_must_transfer');
        if (actorType === 'apiKey') return refused(403, 'token_not_allowed');
        organization.deletedAt = world.now;
        return { status: 204 };
      }
      if (isLeaving && actorType === 'apiKey') return refused(403, 'token_not_allowed');
      remove(world.members, member);
      const action = isLeaving ? 'member.leave' : 'member.remove';
      log({ action, resourceType: 'member', resourceId: member.id, before: { role: member.role } });
      return { status: 204 };
    }

    case 'invite':
      return invite(world, progress, call, actor, log);

    case 'resend': {
      const invitation = invitationHere(call.invitation);
      if (!invitation) return refused(404, 'invitation_not_found');
      const { address } = invitation;
      const isOver = !['PENDING', 'EXPIRED'].includes(statusOf(world, invitation));
      if (isOver || address === undefined) return refused(409, 'invitation_not_resendable');
      if (invitation.status === 'EXPIRED') {
        const problem = claim(world, progress, organizationId, address, actor);
        if (problem) return problem;
      }
      invitation.status = 'PENDING';
      invitation.inviter = actor.member.user;
      invitation.expiresAt = world.now + PERIOD;
      const made = mail(world, progress, invitation, address);
      log({
        action: 'invitation.resend',
        resourceType: 'invitation',
        resourceId: invitation.id,
        before: {},
        after: {},
      });
      return { status: 200, made };
    }

    case 'revoke': {
      const invitation = invitationHere(call.invitation);
      if (!invitation) return refused(404, 'invitation_not_found');
      if (statusOf(world, invitation) !== 'PENDING') return refused(409, 'invitation_not_pending');
      invitation.status = 'REVOKED';
      log({ action: 'invitation.revoke', resourceType: 'invitation', resourceId: invitation.id });
      return { status: 204 };
    }

    case 'create token': {
      const { role, days } = call;
      if (role && lower(role, actor.role) !== role) return refused(403, 'forbidden');
      const maker = actorType === 'apiKey' ? world.tokens.find(({ id }) => id === actorId) : undefined;
      const ends = [maker?.expiresAt, days === undefined ? undefined : world.now + days * DAY];
      const earliest = Math.min(...ends.filter((end) => end !== undefined));
      const token: Token = {
        id: `token ${progress.label}`,
        organization: organizationId,
        user: actor.member.user,
        member: actor.member.id,
        // A created token never has a higher role than its creator.
        role: role ?? (actorType === 'apiKey' ? actor.role : undefined),
        expiresAt: earliest === Infinity ? undefined : earliest,
        makers: maker ? [...maker.makers, maker.id] : [],
        revoked: false,
      };
      world.tokens.push(token);
      const after = { ...(token.role && { role: token.role }) };
      log({ action: 'access-token.create', resourceType: 'accessToken', resourceId: token.id, after });
      return { status: 201, made: { token: token.id } };
    }

    case 'create team':
    case 'update team':
    case 'delete team':
    case 'show team':
    case 'list team members':
    case 'put team member':
    case 'remove team member':
      return actOnTeam(world, progress, call, actor, log);

    case 'revoke token': {
      const token = world.tokens.find(({ id, member }) => id === call.token && member === actor.member.id);
      if (!token || token.revoked) return refused(404, 'access_token_not_found');
      if (actorType === 'apiKey' && ![token.id, ...token.makers].includes(actorId)) {
        return refused(403, 'token_not_allowed');
      }
      for (const ended of world.tokens.filter(({ id, makers }) => id === token.id || makers.includes(token.id))) {
        if (ended.revoked) continue;
        ended.revoked = true;
        log({ action: 'access-token.revoke', resourceType: 'accessToken', resourceId: ended.id });
      }
      return { status: 204 };
    }

    case 'list': {
      const isForAdmins = call.what === 'invitations' || call.what === 'audit-logs';
      return isForAdmins && !isAdmin ? refused(403, 'forbidden') : { status: 200 };
    }
  }
  throw new Error(`Nobody does "${call.do}" in an organization.`);
}

/** Executes a request about a team, or creates one. */
function actOnTeam(
  world: World,
  progress: Progress,
  call: Extract<Call, { team: string } | { do: 'create team' }>,
  actor: Actor,
  log: Log,
): Answer {
  const { role, member: self } = actor;
  const { organization } = self;
  const seen = (id: string) =>
    world.teams.find(
      (team) => team.id === id && team.organization === organization && sees(world, { role, member: self.id }, team),
    );
  const isDefault = (team: Team) => team.organization === organization && team.parent === undefined;
  const isTaken = (name: string, by?: Team) =>
    world.teams.some((team) => team !== by && team.organization === organization && isSameName(team.name, name));

  if (call.do === 'create team') {
    if (role !== 'ADMIN' && role !== 'USER') return refused(403, 'forbidden');
    const { name, isPrivate } = call;
    const parent = call.parent === undefined ? world.teams.find(isDefault) : seen(call.parent);
    if (!parent) return refused(404, 'team_not_found');
    if (above(world, parent).length + 2 > TREE_DEPTH) return refused(409, 'team_too_deep');
    if (isTaken(name)) return refused(409, 'team_name_taken');
    const team: Team = {
      id: `team ${progress.label}`,
      organization,
      name,
      isPrivate,
      parent: parent.id,
    };
    world.teams.push(team);
    join(world, { team: team.id, member: self.id, user: self.user, role: 'OWNER' });
    const after = { parentTeamId: team.parent, isPrivate };
    log({ action: 'team.create', resourceType: 'team', resourceId: team.id, after });
    return { status: 201, made: { team: team.id } };
  }

  const team = seen(call.team);
  if (!team) return refused(404, 'team_not_found');
  const about = { resourceType: 'team', resourceId: team.id };
  const teamMembershipOf = (member: string) =>
    membershipsInTeam(world, team.id).find((teamMembership) => teamMembership.member === member);
  const isManager = role === 'ADMIN' || (role !== 'VIEWER' && teamMembershipOf(self.id)?.role === 'OWNER');
  // Owners who have left the organization count until the scheduled function deletes their team memberships.
  const owners = world.teamMemberships.filter(
    (teamMembership) => teamMembership.team === team.id && teamMembership.role === 'OWNER',
  );
  const isLastOwner = (teamMembership: TeamMembership) => teamMembership.role === 'OWNER' && owners.length === 1;
  if (call.do === 'show team' || call.do === 'list team members') return { status: 200 };
  const isLeaving = call.do === 'remove team member' && call.member === self.id;
  if (!isManager && !isLeaving) return refused(403, 'forbidden');

  switch (call.do) {
    case 'update team': {
      const { name = team.name, isPrivate = team.isPrivate } = call;
      // An unchanged parent needn't be visible.
      const isMoving = call.parent !== undefined && call.parent !== team.parent;
      const parent = isMoving ? seen(call.parent) : undefined;
      if (isMoving && !parent) return refused(404, 'team_not_found');
      if (parent && isDefault(team)) return refused(409, 'default_team');
      if (parent && [parent, ...above(world, parent)].includes(team)) return refused(409, 'team_cycle');
      if (parent && above(world, parent).length + 1 + heightOf(world, team) > TREE_DEPTH) {
        return refused(409, 'team_too_deep');
      }
      if (isTaken(name, team)) return refused(409, 'team_name_taken');
      if (name === team.name && isPrivate === team.isPrivate && !parent) return { status: 200 };
      const before = { parentTeamId: team.parent };
      team.name = name;
      team.isPrivate = isPrivate;
      if (parent) team.parent = parent.id;
      log({
        action: 'team.update',
        ...about,
        ...(parent && { before, after: { parentTeamId: parent.id } }),
      });
      return { status: 200 };
    }

    case 'delete team':
      if (isDefault(team)) return refused(409, 'default_team');
      if (world.teams.some(({ parent }) => parent === team.id)) return refused(409, 'team_has_children');
      remove(world.teams, team);
      for (const teamMembership of world.teamMemberships.filter((one) => one.team === team.id))
        remove(world.teamMemberships, teamMembership);
      log({ action: 'team.delete', ...about });
      return { status: 204 };

    case 'put team member': {
      const member = world.members.find((one) => one.id === call.member && one.organization === organization);
      if (!member) return refused(404, 'member_not_found');
      const { role: wanted = 'MEMBER' } = call;
      const teamMembership = teamMembershipOf(member.id);
      const after = { memberId: member.id, role: wanted };
      if (teamMembership?.role === wanted) return { status: 200 };
      if (!teamMembership) {
        join(world, { team: team.id, member: member.id, user: member.user, role: wanted });
        log({ action: 'team-member.add', ...about, after });
        return { status: 200 };
      }
      if (isLastOwner(teamMembership)) return refused(409, 'last_team_owner');
      const before = { memberId: member.id, role: teamMembership.role };
      teamMembership.role = wanted;
      log({ action: 'team-member.update', ...about, before, after });
      return { status: 200 };
    }

    case 'remove team member': {
      const isMember = world.members.some((one) => one.id === call.member && one.organization === organization);
      if (!isMember) return refused(404, 'member_not_found');
      const teamMembership = teamMembershipOf(call.member);
      if (!teamMembership) return refused(404, 'team_member_not_found');
      if (isLastOwner(teamMembership)) return refused(409, 'last_team_owner');
      remove(world.teamMemberships, teamMembership);
      const before = { memberId: teamMembership.member, role: teamMembership.role };
      log({ action: 'team-member.remove', ...about, before });
      return { status: 204 };
    }
  }
}

/** Adds a member to a team, replacing a row of an earlier membership. */
function join(world: World, teamMembership: TeamMembership): void {
  const left = world.teamMemberships.find(
    ({ team, user }) => team === teamMembership.team && user === teamMembership.user,
  );
  if (left) remove(world.teamMemberships, left);
  world.teamMemberships.push(teamMembership);
}

function remove<T>(all: T[], one: T): void {
  all.splice(all.indexOf(one), 1);
}

function write(world: World, { step }: Progress, organization: string, entry: Omit<Entry, 'step'>): void {
  world.organizations.find(({ id }) => id === organization)?.entries.push({ step, ...entry });
}

/**
 * Mails a new link, which replaces earlier ones.
 *
 * @returns the link; none if the address blocks the organization
 */
function mail(world: World, { label }: Progress, invitation: Invitation, address: string): { link?: string } {
  const isLost = isBlocked(world, invitation.organization, address);
  const link = isLost ? `${LOST} ${label}` : `link ${label}`;
  invitation.links.push(link);
  world.mails.push({ link, address });
  return isLost ? {} : { link };
}

const LOST = 'lost';

/** Returns the links of an invitation that were mailed or returned. */
export function linksOf({ links, handed }: Invitation): string[] {
  return [...(handed ? [handed] : []), ...links.filter((link) => !link.startsWith(LOST))];
}

function isBlocked(world: World, organization: string, address: string): boolean {
  return world.blocks.some((one) => one.organization === organization && one.address === address);
}

/** Returns the ownership offer of an organization if it is open. */
export function openOffer(world: World, { offer }: Organization): Organization['offer'] {
  return offer && offer.expiresAt > world.now ? offer : undefined;
}

function createOrganization(world: World, progress: Progress, { name }: By<'create organization'>): Answer {
  const { label, user } = progress;
  const id = `organization ${label}`;
  const member: Member = {
    id: `member ${label}`,
    organization: id,
    user: user as string,
    role: 'ADMIN',
    owner: true,
  };
  world.organizations.push({ id, name, entries: [] });
  world.members.push(member);
  // The default team has the organization's name, and no members.
  world.teams.push({ id: defaultTeamOf(id), organization: id, name, isPrivate: false, parent: undefined });
  write(world, progress, id, {
    action: 'organization.create',
    actorType: 'user',
    actorId: member.user,
    resourceType: 'organization',
    resourceId: id,
    after: { ownerId: member.id },
  });
  return { status: 201, made: { organization: id, member: member.id } };
}

/** Returns the model's name for an organization's default team. */
export function defaultTeamOf(organization: string): string {
  return `team of ${organization}`;
}

/**
 * Makes an address available for an invitation: records the expiry of an earlier invitation.
 *
 * @returns the refusal if the address is taken
 */
function claim(
  world: World,
  progress: Progress,
  organization: string,
  address: string,
  { actorType, actorId }: Pick<Actor, 'actorType' | 'actorId'>,
): Answer | undefined {
  const waiting = world.invitations.find(
    (one) => one.organization === organization && one.address === address && one.status === 'PENDING',
  );
  if (waiting && statusOf(world, waiting) === 'PENDING') return refused(409, 'already_invited');
  const holder = userOf(world, address);
  const isMember = world.members.some((one) => one.organization === organization && one.user === holder?.id);
  if (isMember) return refused(409, 'already_member');
  if (waiting) expire(world, progress, waiting, { actorType, actorId });
  return undefined;
}

function expire(
  world: World,
  progress: Progress,
  invitation: Invitation,
  actor: { actorType: string; actorId: string },
): void {
  invitation.status = 'EXPIRED';
  write(world, progress, invitation.organization, {
    ...actor,
    action: 'invitation.expire',
    resourceType: 'invitation',
    resourceId: invitation.id,
  });
}

function invite(world: World, progress: Progress, call: By<'invite'>, actor: Actor, log: Log): Answer {
  const address = normalized(call.address);
  const { organization, user } = actor.member;
  const exists = (team: string) => world.teams.some((one) => one.id === team && one.organization === organization);
  if (!call.teams.every(exists)) return refused(404, 'team_not_found');
  const problem = claim(world, progress, organization, address, actor);
  if (problem) return problem;
  const id = `invitation ${progress.label}`;
  const { role } = call;
  const invitation: Invitation = {
    id,
    organization,
    address,
    role,
    status: 'PENDING',
    inviter: user,
    expiresAt: world.now + PERIOD,
    teams: [...new Set(call.teams)],
    links: [],
    handed: call.isHanded ? `handed ${progress.label}` : undefined,
  };
  world.invitations.push(invitation);
  const made = invitation.handed ? { handed: invitation.handed } : mail(world, progress, invitation, address);
  log({ action: 'invitation.create', resourceType: 'invitation', resourceId: id, after: { role } });
  return { status: 201, made: { invitation: id, ...made } };
}

/** Returns a link's invitation, whether the link is valid, and whether the inviter has it; undefined if unknown. */
function openLink(
  world: World,
  link: string,
): { invitation: Invitation; isValid: boolean; isHanded: boolean } | undefined {
  const invitation = world.invitations.find(({ links, handed }) => links.includes(link) || handed === link);
  if (!invitation || !isLive(world, invitation.organization)) return undefined;
  const isHanded = invitation.handed === link;
  return { invitation, isValid: isHanded || invitation.links.at(-1) === link, isHanded };
}

/** Returns the refusal of a caller who hasn't proved to be the invited person. */
function notInvited({ links, address }: Invitation, isHanded: boolean, person: User | undefined): Answer | undefined {
  if (person) return person.address === address ? undefined : refused(403, 'invitation_for_another_address');
  if (!isHanded) return undefined;
  // A mailed link exists, which works without sign-in.
  return links.length > 0 ? refused(410, 'invitation_superseded') : refused(401, 'sign_in_required');
}

function accept(world: World, progress: Progress, link: string): Answer {
  const opened = openLink(world, link);
  if (!opened) return refused(404, 'invitation_not_found');
  const { invitation, isValid, isHanded } = opened;
  const { organization, role } = invitation;
  const person = world.users.find(({ id }) => id === progress.user);
  const status = statusOf(world, invitation);
  if (status === 'REVOKED') return refused(410, 'invitation_revoked');
  if (status === 'DECLINED') return refused(410, 'invitation_declined');
  if (status === 'EXPIRED') return refused(410, 'invitation_expired');
  if (status === 'ACCEPTED') {
    const isSeen = isValid && (person || !isHanded);
    const member = isSeen && world.members.find(({ id }) => id === invitation.member);
    if (!member) return refused(410, 'invitation_used');
    const isAnother = person && person.id !== member.user;
    return isAnother
      ? refused(403, 'invitation_for_another_address')
      : { status: 200, made: { member: member.id, user: member.user } };
  }
  if (!isValid) return refused(410, 'invitation_superseded');
  const address = invitation.address as string;
  const problem = notInvited(invitation, isHanded, person);
  if (problem) return problem;
  const inviter = world.members.find((one) => one.organization === organization && one.user === invitation.inviter);
  if (inviter?.role !== 'ADMIN') return refused(410, 'inviter_removed');

  const { label } = progress;
  if (!userOf(world, address)) world.users.push({ id: `user ${label}`, address, claimed: false });
  const user = (userOf(world, address) as User).id;
  const member: Member = { id: `member ${label}`, organization, user, role, owner: false };
  world.members.push(member);
  invitation.status = 'ACCEPTED';
  invitation.member = member.id;
  const joined = invitation.teams.filter((team) => world.teams.some(({ id }) => id === team));
  const skipped = invitation.teams.filter((team) => !joined.includes(team));
  invitation.joined = joined;
  for (const team of joined) join(world, { team, member: member.id, user, role: 'MEMBER' });
  write(world, progress, organization, {
    action: 'invitation.accept',
    ...holderOf(person, invitation),
    resourceType: 'invitation',
    resourceId: invitation.id,
    after: {
      ...{ memberId: member.id, userId: user, role },
      ...(joined.length > 0 && { teams: joined }),
      ...(skipped.length > 0 && { skippedTeams: skipped }),
    },
  });
  return { status: 200, made: { member: member.id, user } };
}

/** Returns the actor of a link: a signed-in person or its holder. */
function holderOf(person: User | undefined, { id }: Invitation): { actorType: string; actorId: string } {
  return person ? { actorType: 'user', actorId: person.id } : { actorType: 'link', actorId: id };
}

function decline(world: World, progress: Progress, link: string): Answer {
  const opened = openLink(world, link);
  if (!opened) return refused(404, 'invitation_not_found');
  const { invitation, isValid, isHanded } = opened;
  const person = world.users.find(({ id }) => id === progress.user);
  const status = statusOf(world, invitation);
  if (status === 'REVOKED') return refused(410, 'invitation_revoked');
  if (status === 'DECLINED') return refused(410, 'invitation_declined');
  if (status === 'EXPIRED') return refused(410, 'invitation_expired');
  if (!isValid) return refused(410, status === 'ACCEPTED' ? 'invitation_used' : 'invitation_superseded');
  const problem = notInvited(invitation, isHanded, person);
  if (problem) return problem;
  if (status !== 'PENDING') return refused(410, 'invitation_used');
  invitation.status = 'DECLINED';
  write(world, progress, invitation.organization, {
    action: 'invitation.decline',
    // The organization learns nothing about people who aren't members.
    ...holderOf(undefined, invitation),
    resourceType: 'invitation',
    resourceId: invitation.id,
  });
  return { status: 200 };
}

/** Sets or removes an address's block of an organization, without an audit entry. */
function block(world: World, progress: Progress, link: string, isBlocking: boolean): Answer {
  const opened = openLink(world, link);
  if (!opened || opened.invitation.address === undefined) return refused(404, 'invitation_not_found');
  const { invitation, isHanded } = opened;
  const person = world.users.find(({ id }) => id === progress.user);
  const problem = notInvited(invitation, isHanded, person);
  if (problem) return problem;
  const { organization } = invitation;
  const address = invitation.address as string;
  const present = world.blocks.find((one) => one.organization === organization && one.address === address);
  if (isBlocking && !present) world.blocks.push({ organization, address });
  if (!isBlocking && present) remove(world.blocks, present);
  return { status: 204 };
}

/** Erases a person in steps: organizations, invitations, then the user. Returns undefined if there are more steps. */
function erase(world: World, progress: Progress): Answer | undefined {
  const user = world.users.find(({ id }) => id === progress.user) as User;
  const memberships = membershipsOf(world, user.id);
  // Also if they become an owner in parallel. Completed steps are not undone.
  if (memberships.some(({ owner }) => owner)) return refused(409, 'owner_must_transfer');
  const actor = { actorType: 'user', actorId: user.id };
  const [member] = memberships;
  if (member) {
    remove(world.members, member);
    write(world, progress, member.organization, {
      ...actor,
      action: 'member.leave',
      resourceType: 'member',
      resourceId: member.id,
      before: { role: member.role },
    });
    return undefined;
  }
  const [first] = world.invitations.filter(({ address }) => address === user.address);
  if (first) {
    for (const invitation of world.invitations) {
      if (invitation.organization !== first.organization || invitation.address !== user.address) continue;
      if (invitation.status === 'PENDING') {
        invitation.status = statusOf(world, invitation) === 'EXPIRED' ? 'EXPIRED' : 'DECLINED';
      }
      invitation.address = undefined;
      write(world, progress, invitation.organization, {
        ...holderOf(undefined, invitation),
        action: 'invitation.erase',
        resourceType: 'invitation',
        resourceId: invitation.id,
      });
    }
    const blocked = world.blocks.find((one) => one.organization === first.organization && one.address === user.address);
    if (blocked) remove(world.blocks, blocked);
    return undefined;
  }
  for (const left of world.members.filter((one) => one.user === user.id)) remove(world.members, left);
  remove(world.users, user);
  return { status: 204 };
}

/** Runs the scheduled function: records expiries and deletes remaining items. */
function sweep(world: World, progress: Progress): void {
  for (const invitation of world.invitations) {
    if (invitation.status === 'PENDING' && statusOf(world, invitation) === 'EXPIRED') {
      expire(world, progress, invitation, { actorType: 'system', actorId: 'sweep' });
    }
  }
  const left = world.teamMemberships.filter(({ member }) => !world.members.some(({ id }) => id === member));
  for (const teamMembership of left) remove(world.teamMemberships, teamMembership);
  // The only visible effect is that tokens have no membership.
  for (const { id, deletedAt = world.now } of world.organizations) {
    if (deletedAt === world.now) continue;
    for (const member of world.members.filter(({ organization }) => organization === id)) remove(world.members, member);
  }
}

/** Returns what the owner of an organization sees, with the audit log grouped by steps. */
export function showOrganization(world: World, organization: string) {
  const { entries } = world.organizations.find(({ id }) => id === organization) as Organization;
  const members = world.members.filter((member) => member.organization === organization);
  const invitations = world.invitations.filter((invitation) => invitation.organization === organization);
  const steps = [...new Set(entries.map(({ step }) => step))];
  return {
    members: members.map(({ id, user, role, owner }) => {
      const { address, claimed } = world.users.find((one) => one.id === user) as User;
      return { id, user, address, claimed, role, owner };
    }),
    memberCount: members.length,
    invitations: invitations.map((invitation) => {
      const { id, address = ERASED, role, inviter, teams, joined = null } = invitation;
      return { id, address, role, inviter, teams, joined, status: statusOf(world, invitation) };
    }),
    invitationCount: invitations.length,
    teams: world.teams
      .filter((team) => team.organization === organization)
      .map(({ id, name, isPrivate, parent = null }) => ({
        ...{ id, name, isPrivate, parent, isDefault: parent === null },
        members: membershipsInTeam(world, id).map(({ member, user, role }) => ({ member, user, role })),
        // Rows of ended memberships may count until the scheduled function deletes them.
        ...(isCounted(world, id) && { memberCount: membershipsInTeam(world, id).length }),
      })),
    entries: steps.map((step) =>
      entries
        .filter((entry) => entry.step === step)
        .map(({ action, actorType, actorId, resourceType, resourceId, before, after }) => ({
          action,
          actorType,
          actorId,
          resourceType,
          resourceId,
          metadata: before || after ? { ...(before && { before }), ...(after && { after }) } : null,
        })),
    ),
  };
}

/** Returns whether a team's member count is exact: no member has left since the last run of the scheduled function. */
export function isCounted(world: World, team: string): boolean {
  return (
    world.teamMemberships.filter((teamMembership) => teamMembership.team === team).length ===
    membershipsInTeam(world, team).length
  );
}

/** Returns what a signed-in person sees. */
export function showPerson(world: World, address: string) {
  const user = userOf(world, address) as User;
  const memberships = membershipsOf(world, user.id);
  const isWanted = ({ organization }: { organization: string }) => !isBlocked(world, organization, address);
  const waiting = world.invitations.filter(
    (one) => one.address === address && isLive(world, one.organization) && statusOf(world, one) === 'PENDING',
  );
  const names = new Map(world.organizations.map(({ id, name }) => [id, name]));
  const tokens = world.tokens.filter(({ member, revoked }) => !revoked && memberships.some(({ id }) => id === member));
  return {
    id: user.id,
    memberships: memberships.map(({ id, organization, role, owner }) => {
      return { id, organization, name: names.get(organization), role, owner };
    }),
    teams: world.teams.flatMap(({ id, name, organization }) =>
      membershipsInTeam(world, id)
        .filter((teamMembership) => teamMembership.user === user.id && isLive(world, organization))
        .map(({ role }) => ({ id, name, organization, role })),
    ),
    seen: memberships.map(({ id, organization, role }) => ({
      organization,
      teams: world.teams
        .filter((team) => team.organization === organization && sees(world, { role, member: id }, team))
        .map((team) => team.id),
    })),
    invitations: waiting.filter(isWanted).map(({ id }) => id),
    blocked: world.blocks
      .filter((one) => one.address === address && isLive(world, one.organization))
      .map((one) => one.organization),
    offers: world.organizations
      .filter((one) => isLive(world, one.id) && memberships.some(({ id }) => id === openOffer(world, one)?.member))
      .map(({ id }) => id),
    tokens: tokens.map(({ id }) => id),
  };
}
