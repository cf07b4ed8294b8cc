// What the service promises of organizations, members, teams, invitations and access tokens, as plain data and plain
// functions. Imports nothing: whatever it has in common with the service is here because both were written from the
// same rules.

export type Role = 'ADMIN' | 'USER' | 'OPERATOR' | 'VIEWER';

/** From the most powerful to the least. */
export const ROLES: readonly Role[] = ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'];

export type TeamRole = 'OWNER' | 'MODERATOR' | 'MEMBER';

/** Who sends a request. People are told apart by their addresses, which are in lower case. */
export type Caller =
  /** `isOld`: by an ID token older than one they have shown, of another address. It says nothing that counts. */
  | { readonly kind: 'person'; readonly address: string; readonly isOld?: true }
  /** Somebody whose sign-in provider hasn't verified the address. */
  | { readonly kind: 'unverified'; readonly address: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'nobody' };

/** What a request asks for, about things by the model's names for them. */
type Wish =
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
      /** Whether the inviter gets the link, and nothing is mailed. */
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

/** Something that is asked of the service: a request, or that the scheduled function runs. */
export type Call = ({ readonly by: Caller } & Wish) | { readonly do: 'sweep' };

/** The organization of a request; undefined: it names none. */
type Named = string | undefined;

/** What the service has to answer. */
export interface Answer {
  readonly status: number;
  /** The code of the refusal, or one of several that are as good. */
  readonly error?: string | readonly string[];
  /** The names of what was made, whose ids are in the service's answer, or in a mail for `link`, which isn't `handed`. */
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
  /** Whether somebody has signed in; until then it stands for an address that accepted by link alone. */
  claimed: boolean;
}

interface Organization {
  readonly id: string;
  name: string;
  deletedAt?: number;
  /** To whom it is offered, and until when. */
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
  /** The team above it; undefined for the default team alone. */
  parent: string | undefined;
}

/** That a membership has a place in a team. It counts for as long as the membership stands. */
interface Place {
  readonly team: string;
  readonly member: string;
  readonly user: string;
  role: TeamRole;
}

type Status = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

interface Invitation {
  readonly id: string;
  readonly organization: string;
  /** Undefined when the person was erased. */
  address: string | undefined;
  readonly role: Role;
  /** As recorded: the clock decides as well. */
  status: Status;
  inviter: string;
  expiresAt: number;
  /** The teams that are joined by it, as far as they are still there. */
  readonly teams: readonly string[];
  /** The links that were mailed, the good one last; of one that went nowhere the name alone. */
  readonly links: string[];
  /** The link that the inviter got, if any: good for the invited person who is signed in. */
  readonly handed: string | undefined;
  /** Whom it made a member, and which teams they joined by it. */
  member?: string;
  joined?: readonly string[];
}

interface Token {
  readonly id: string;
  readonly organization: string;
  readonly user: string;
  /** The membership that it was made under. */
  readonly member: string;
  readonly role: Role | undefined;
  readonly expiresAt: number | undefined;
  /** The tokens by which it was made, at whatever remove. */
  readonly makers: readonly string[];
  revoked: boolean;
}

/** An entry of the audit log. */
export interface Entry {
  /** Number of the step in which it was written: within one, the order is anybody's guess. */
  readonly step: number;
  readonly action: string;
  readonly actorType: string;
  readonly actorId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Everything there is. Ids are names that the model gives. */
export interface World {
  /** Milliseconds since the beginning; moves by jumps only. */
  now: number;
  readonly users: User[];
  readonly organizations: Organization[];
  readonly members: Member[];
  readonly teams: Team[];
  /** Those of memberships that have ended among them, until the scheduled function clears them. */
  readonly places: Place[];
  readonly invitations: Invitation[];
  readonly tokens: Token[];
  /** Every mail that was sent, or went nowhere: its link, and to whom. */
  readonly mails: { readonly link: string; readonly address: string }[];
  /** Which addresses want no more invitations from an organization. */
  readonly blocks: { readonly organization: string; readonly address: string }[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How many teams may be below each other, the default team included. */
const TREE_DEPTH = 10;

/** What stands where the address of an erased person was. */
const ERASED = 'erased@erased.invalid';

/** How long an invitation, or an offer of ownership, is good for. */
const PERIOD = 7 * DAY;

export function newWorld(): World {
  const nobody = { users: [], members: [], places: [], invitations: [], tokens: [], mails: [], blocks: [] };
  return { now: 0, organizations: [], teams: [], ...nobody };
}

/** Time passes. */
export function pass(world: World, hours: number): void {
  world.now += hours * HOUR;
}

/** The one form of an address. */
function normalized(address: string): string {
  return address.trim().toLowerCase();
}

export function isLive(world: World, organization: string): boolean {
  return world.organizations.some(({ id, deletedAt }) => id === organization && deletedAt === undefined);
}

/** The user with an address, signed in or not. */
export function userOf(world: World, address: string): User | undefined {
  return world.users.find((user) => user.address === address);
}

/** Somebody's memberships in organizations that are there. */
export function membershipsOf(world: World, user: string): Member[] {
  return world.members.filter((member) => member.user === user && isLive(world, member.organization));
}

/** The state that the clock makes of an invitation. */
export function statusOf(world: World, { status, expiresAt }: Invitation): Status {
  return status === 'PENDING' && expiresAt <= world.now ? 'EXPIRED' : status;
}

/** Whether a token is good for anything: the membership that it was made under stands, and it isn't over. */
function isGood(world: World, token: Token | undefined): token is Token {
  return (
    token !== undefined &&
    !token.revoked &&
    (token.expiresAt === undefined || token.expiresAt > world.now) &&
    world.members.some(({ id }) => id === token.member)
  );
}

/** Who is in a team. */
export function placesIn(world: World, team: string): Place[] {
  return world.places.filter((place) => place.team === team && world.members.some(({ id }) => id === place.member));
}

/** The teams above a team, the nearest first. */
function above(world: World, team: Team): Team[] {
  const parent = world.teams.find(({ id }) => id === team.parent);
  return parent ? [parent, ...above(world, parent)] : [];
}

/** How many teams are below each other from this one on. */
function heightOf(world: World, team: Team): number {
  const below = world.teams.filter(({ parent }) => parent === team.id);
  return 1 + Math.max(0, ...below.map((child) => heightOf(world, child)));
}

/** Whether a member sees a team: an ADMIN every one, others the public ones, their own, and what is below their own. */
function sees(world: World, { role, member }: { role: Role; member: string }, team: Team): boolean {
  const isIn = ({ id }: Team) => placesIn(world, id).some((place) => place.member === member);
  return role === 'ADMIN' || !team.isPrivate || [team, ...above(world, team)].some(isIn);
}

/** Names are compared whatever their letter case. */
function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function lower(one: Role, other: Role): Role {
  return ROLES[Math.max(ROLES.indexOf(one), ROLES.indexOf(other))] as Role;
}

/**
 * A call on its way. What happens at once in the service is one step: two calls at the same moment may take turns
 * between their steps, and nowhere else. Plain data, like the world.
 */
export interface Progress {
  readonly call: Call;
  /** Number of the step of the sequence, and which of the calls at this moment: names what it makes. */
  readonly step: number;
  readonly label: string;
  at: 'sign-in' | 'organization' | 'action';
  user?: string;
  organization?: string;
  /** How often it signed somebody in: again when that user is erased meanwhile. */
  signIns: number;
  answer?: Answer;
}

export function begin(call: Call, step: number, label: string): Progress {
  return { call, step, label, at: 'sign-in', signIns: 0 };
}

/** Every way in which calls at the same moment may come out: each has its own world and the answers in order. */
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

/** What two outcomes have in common that differ at most in the order in which things were made. */
function identityOf({ world, answers }: { world: World; answers: readonly Answer[] }): string {
  const unordered = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
  const organizations = world.organizations.map((one) => ({ ...one, entries: unordered(one.entries) }));
  const all = Object.values({ ...world, organizations }).map((part) => (Array.isArray(part) ? unordered(part) : part));
  return JSON.stringify([answers, all]);
}

function refused(status: number, error: string | readonly string[]): Answer {
  return { status, error };
}

/** Does the next step of a call. */
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

/** What isn't about one organization: who may come, and in what role, is another matter there. */
const FOR_PERSONS: readonly string[] = ['create organization', 'erase me'];
const FOR_CALLERS: readonly string[] = ['show me', 'list organizations'];
const FOR_LINKS: readonly string[] = ['accept', 'decline', 'block', 'unblock'];

/** Finds out who calls; the first verified sign-in makes a user, or makes a placeholder the person's own. */
function signIn(world: World, progress: Progress, { by, do: wish }: Call & { by: Caller }): Answer | undefined {
  switch (by.kind) {
    case 'nobody':
      return FOR_LINKS.includes(wish) ? undefined : refused(401, 'unauthenticated');
    case 'unverified':
      return wish === 'show me' ? { status: 200 } : refused(403, 'email_not_verified');
    case 'token':
      return [...FOR_PERSONS, ...FOR_LINKS].includes(wish) ? refused(403, 'token_not_allowed') : undefined;
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

/** Whoever is in one organization needn't name it. */
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

/** Who acts in an organization, with the role that counts here and now. */
interface Actor {
  readonly member: Member;
  readonly role: Role;
  readonly actorType: 'user' | 'apiKey';
  readonly actorId: string;
}

type Log = (entry: Omit<Entry, 'step' | 'actorType' | 'actorId'>) => void;

type By<D extends string> = Extract<Call, { do: D }> & { readonly by: Caller };

/** Does what is asked for; undefined when there is more to do. */
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
    const isIn = by.kind === 'person' || (isGood(world, token) && isLive(world, token.organization));
    return isIn ? { status: 200 } : refused(401, 'unauthenticated');
  }
  const id = ('organization' in call ? call.organization : undefined) ?? (progress.organization as string);
  if (by.kind === 'token') {
    const isOfAnother = token && token.organization !== id;
    if (!isGood(world, token)) {
      return isOfAnother
        ? { status: 404, error: ['organization_not_found', 'unauthenticated'] }
        : refused(401, 'unauthenticated');
    }
    // Its organization's end makes it unknown, as a token and as a member's.
    if (!isLive(world, id) && !isOfAnother) return refused(404, ['organization_not_found', 'unauthenticated']);
    if (isOfAnother) return refused(404, 'organization_not_found');
  }
  const user = token?.user ?? progress.user;
  const member = world.members.find((one) => one.organization === id && one.user === user);
  if (!member || !isLive(world, id)) {
    if (by.kind === 'token' || !('organization' in call) || call.organization !== undefined) {
      return refused(404, 'organization_not_found');
    }
    // It was the only one: which one is meant is asked again.
    progress.at = 'organization';
    return undefined;
  }
  const actor: Actor = token
    ? { member, role: lower(token.role ?? member.role, member.role), actorType: 'apiKey', actorId: token.id }
    : { member, role: member.role, actorType: 'user', actorId: member.user };
  return actIn(world, progress, call, id, actor);
}

/** What only an ADMIN may. */
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
      end(world.members, member);
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
        // What a token makes is never more than that token is now.
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

/** Does what is asked of one team, or makes one. */
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
  const placeOf = (member: string) => placesIn(world, team.id).find((place) => place.member === member);
  const isManager = role === 'ADMIN' || (role !== 'VIEWER' && placeOf(self.id)?.role === 'OWNER');
  // Owners who have left the organization are counted until the scheduled function has cleared their places.
  const owners = world.places.filter((place) => place.team === team.id && place.role === 'OWNER');
  const isLastOwner = (place: Place) => place.role === 'OWNER' && owners.length === 1;
  if (call.do === 'show team' || call.do === 'list team members') return { status: 200 };
  const isLeaving = call.do === 'remove team member' && call.member === self.id;
  if (!isManager && !isLeaving) return refused(403, 'forbidden');

  switch (call.do) {
    case 'update team': {
      const { name = team.name, isPrivate = team.isPrivate } = call;
      // What stays as it is needn't be seen.
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
      end(world.teams, team);
      for (const place of world.places.filter((one) => one.team === team.id)) end(world.places, place);
      log({ action: 'team.delete', ...about });
      return { status: 204 };

    case 'put team member': {
      const member = world.members.find((one) => one.id === call.member && one.organization === organization);
      if (!member) return refused(404, 'member_not_found');
      const { role: wanted = 'MEMBER' } = call;
      const place = placeOf(member.id);
      const after = { memberId: member.id, role: wanted };
      if (place?.role === wanted) return { status: 200 };
      if (!place) {
        join(world, { team: team.id, member: member.id, user: member.user, role: wanted });
        log({ action: 'team-member.add', ...about, after });
        return { status: 200 };
      }
      if (isLastOwner(place)) return refused(409, 'last_team_owner');
      const before = { memberId: member.id, role: place.role };
      place.role = wanted;
      log({ action: 'team-member.update', ...about, before, after });
      return { status: 200 };
    }

    case 'remove team member': {
      const isMember = world.members.some((one) => one.id === call.member && one.organization === organization);
      if (!isMember) return refused(404, 'member_not_found');
      const place = placeOf(call.member);
      if (!place) return refused(404, 'team_member_not_found');
      if (isLastOwner(place)) return refused(409, 'last_team_owner');
      end(world.places, place);
      const before = { memberId: place.member, role: place.role };
      log({ action: 'team-member.remove', ...about, before });
      return { status: 204 };
    }
  }
}

/** Gives a member a place in a team, instead of one that an earlier membership of theirs left behind. */
function join(world: World, place: Place): void {
  const left = world.places.find(({ team, user }) => team === place.team && user === place.user);
  if (left) end(world.places, left);
  world.places.push(place);
}

function end<T>(all: T[], one: T): void {
  all.splice(all.indexOf(one), 1);
}

function write(world: World, { step }: Progress, organization: string, entry: Omit<Entry, 'step'>): void {
  world.organizations.find(({ id }) => id === organization)?.entries.push({ step, ...entry });
}

/**
 * A new link, which makes the earlier ones of the invitation say so.
 *
 * @returns what was made: no link that anybody gets to see where the address wants none
 */
function mail(world: World, { label }: Progress, invitation: Invitation, address: string): { link?: string } {
  const isLost = isBlocked(world, invitation.organization, address);
  const link = isLost ? `${LOST} ${label}` : `link ${label}`;
  invitation.links.push(link);
  world.mails.push({ link, address });
  return isLost ? {} : { link };
}

const LOST = 'lost';

/** The links of an invitation that somebody has. */
export function linksOf({ links, handed }: Invitation): string[] {
  return [...(handed ? [handed] : []), ...links.filter((link) => !link.startsWith(LOST))];
}

function isBlocked(world: World, organization: string, address: string): boolean {
  return world.blocks.some((one) => one.organization === organization && one.address === address);
}

/** The offer of an organization's ownership that is open now. */
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
  // The default team is named after it, and nobody is in it yet.
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

/** The name of the team that is made with an organization. */
export function defaultTeamOf(organization: string): string {
  return `team of ${organization}`;
}

/**
 * Makes an address free for an invitation in an organization: one that is over gives way, and is recorded as such.
 *
 * @returns the refusal of an address that is taken
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
  const isThere = (team: string) => world.teams.some((one) => one.id === team && one.organization === organization);
  if (!call.teams.every(isThere)) return refused(404, 'team_not_found');
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

/** What a link is for, whether it is good, and whether the inviter has it too; undefined when nobody may know. */
function openLink(
  world: World,
  link: string,
): { invitation: Invitation; isGood: boolean; isHanded: boolean } | undefined {
  const invitation = world.invitations.find(({ links, handed }) => links.includes(link) || handed === link);
  if (!invitation || !isLive(world, invitation.organization)) return undefined;
  const isHanded = invitation.handed === link;
  return { invitation, isGood: isHanded || invitation.links.at(-1) === link, isHanded };
}

/** How somebody is refused who hasn't shown that they are the invited. */
function notInvited({ links, address }: Invitation, isHanded: boolean, person: User | undefined): Answer | undefined {
  if (person) return person.address === address ? undefined : refused(403, 'invitation_for_another_address');
  if (!isHanded) return undefined;
  // A mail has a link by now that works alone.
  return links.length > 0 ? refused(410, 'invitation_superseded') : refused(401, 'sign_in_required');
}

function accept(world: World, progress: Progress, link: string): Answer {
  const opened = openLink(world, link);
  if (!opened) return refused(404, 'invitation_not_found');
  const { invitation, isGood, isHanded } = opened;
  const { organization, role } = invitation;
  const person = world.users.find(({ id }) => id === progress.user);
  const status = statusOf(world, invitation);
  if (status === 'REVOKED') return refused(410, 'invitation_revoked');
  if (status === 'DECLINED') return refused(410, 'invitation_declined');
  if (status === 'EXPIRED') return refused(410, 'invitation_expired');
  if (status === 'ACCEPTED') {
    const isSeen = isGood && (person || !isHanded);
    const member = isSeen && world.members.find(({ id }) => id === invitation.member);
    if (!member) return refused(410, 'invitation_used');
    const isAnother = person && person.id !== member.user;
    return isAnother
      ? refused(403, 'invitation_for_another_address')
      : { status: 200, made: { member: member.id, user: member.user } };
  }
  if (!isGood) return refused(410, 'invitation_superseded');
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

/** Whoever uses a link: a person, or its holder. */
function holderOf(person: User | undefined, { id }: Invitation): { actorType: string; actorId: string } {
  return person ? { actorType: 'user', actorId: person.id } : { actorType: 'link', actorId: id };
}

function decline(world: World, progress: Progress, link: string): Answer {
  const opened = openLink(world, link);
  if (!opened) return refused(404, 'invitation_not_found');
  const { invitation, isGood, isHanded } = opened;
  const person = world.users.find(({ id }) => id === progress.user);
  const status = statusOf(world, invitation);
  if (status === 'REVOKED') return refused(410, 'invitation_revoked');
  if (status === 'DECLINED') return refused(410, 'invitation_declined');
  if (status === 'EXPIRED') return refused(410, 'invitation_expired');
  if (!isGood) return refused(410, status === 'ACCEPTED' ? 'invitation_used' : 'invitation_superseded');
  const problem = notInvited(invitation, isHanded, person);
  if (problem) return problem;
  if (status !== 'PENDING') return refused(410, 'invitation_used');
  invitation.status = 'DECLINED';
  write(world, progress, invitation.organization, {
    action: 'invitation.decline',
    // The organization learns nothing of who isn't a member.
    ...holderOf(undefined, invitation),
    resourceType: 'invitation',
    resourceId: invitation.id,
  });
  return { status: 200 };
}

/** An address wants no more invitations from an organization, or wants them again; nobody else is told. */
function block(world: World, progress: Progress, link: string, isWanted: boolean): Answer {
  const opened = openLink(world, link);
  if (!opened || opened.invitation.address === undefined) return refused(404, 'invitation_not_found');
  const { invitation, isHanded } = opened;
  const person = world.users.find(({ id }) => id === progress.user);
  const problem = notInvited(invitation, isHanded, person);
  if (problem) return problem;
  const { organization } = invitation;
  const address = invitation.address as string;
  const present = world.blocks.find((one) => one.organization === organization && one.address === address);
  if (isWanted && !present) world.blocks.push({ organization, address });
  if (!isWanted && present) end(world.blocks, present);
  return { status: 204 };
}

/** Erases a person, an organization at a time, who they were last; undefined while there is more to do. */
function erase(world: World, progress: Progress): Answer | undefined {
  const user = world.users.find(({ id }) => id === progress.user) as User;
  const memberships = membershipsOf(world, user.id);
  // Also when they have become an owner since it began: what it has done so far is done.
  if (memberships.some(({ owner }) => owner)) return refused(409, 'owner_must_transfer');
  const actor = { actorType: 'user', actorId: user.id };
  const [member] = memberships;
  if (member) {
    end(world.members, member);
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
    if (blocked) end(world.blocks, blocked);
    return undefined;
  }
  for (const left of world.members.filter((one) => one.user === user.id)) end(world.members, left);
  end(world.users, user);
  return { status: 204 };
}

/** What the scheduled function does: records what has expired, and clears what was deleted. */
function sweep(world: World, progress: Progress): void {
  for (const invitation of world.invitations) {
    if (invitation.status === 'PENDING' && statusOf(world, invitation) === 'EXPIRED') {
      expire(world, progress, invitation, { actorType: 'system', actorId: 'sweep' });
    }
  }
  const left = world.places.filter(({ member }) => !world.members.some(({ id }) => id === member));
  for (const place of left) end(world.places, place);
  // Nothing of it can be seen, but that its tokens are of no membership any more.
  for (const { id, deletedAt = world.now } of world.organizations) {
    if (deletedAt === world.now) continue;
    for (const member of world.members.filter(({ organization }) => organization === id)) end(world.members, member);
  }
}

/** What an organization shows to its owner; the audit log by the steps in which entries were written. */
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
        members: placesIn(world, id).map(({ member, user, role }) => ({ member, user, role })),
        // Places of memberships that have ended may be counted until the scheduled function clears them.
        ...(isCounted(world, id) && { memberCount: placesIn(world, id).length }),
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

/** Whether nobody in a team has left the organization since the scheduled function ran. */
export function isCounted(world: World, team: string): boolean {
  return world.places.filter((place) => place.team === team).length === placesIn(world, team).length;
}

/** What the service shows a person who has signed in. */
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
      placesIn(world, id)
        .filter((place) => place.user === user.id && isLive(world, organization))
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
