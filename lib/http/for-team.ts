import type { Reply } from '../dialects/format.ts';
import type { Actor } from '../domain/member.ts';
import { type Details, Refusal } from '../domain/refusal.ts';
import type { Team, TeamMembership, TeamPermission } from '../domain/team.ts';
import { type TableAccess, union } from '../table/access.ts';
import { READ_ANCESTORS, requireTeam, type TeamAndPlace, type TeamRefusals } from '../teams/permissions.ts';
import { findTeam, type TeamReference } from '../teams/teams.ts';
import { type Caller, type IdentifiedCall, identifyCaller } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Creating } from './once.ts';
import { type Acting, actIn, organizationOf } from './organization.ts';

/** What an endpoint about a team declares beside what all do. */
interface TeamSpec<B extends Schema, Q extends Schema, R> extends Spec<B, Q> {
  /** What it takes of the caller in the team; undefined: every member of the organization may. */
  readonly permission?: TeamPermission;
  /** Who hasn't this permission in the team is told that there is none; as the dialect has it unless it says otherwise. */
  readonly sight?: TeamPermission;
  /** What they are told; `team_not_found` unless it says otherwise. */
  missing?(): Refusal;
  /** The details of `forbidden`; as the dialect has them unless it says otherwise. */
  readonly forbidden?: Details;
  /** Whether the call is about the caller, who needs no permission then. */
  oneself?(incoming: Incoming<B, Q> & { actor: Actor; read: R }): boolean;
  /** What travels beside the team. */
  read?(incoming: Incoming<B, Q> & { organizationId: string; caller: Caller }): Promise<R>;
  handle(
    incoming: Incoming<B, Q> &
      Acting &
      Creating & {
        readonly team: Team;
        /** The caller's own place in the team. */
        readonly own: TeamMembership | undefined;
        readonly read: R;
      },
  ): Promise<Reply>;
}

/**
 * Declares an endpoint about a team of the caller's organization: it reads the team, and lets those act who have the
 * permission in it.
 */
export function forTeam<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: TeamSpec<B, Q, R> & {
    /** Which team it is about. */
    team(incoming: Incoming<B, Q>): TeamReference;
  },
): Endpoint {
  return declare(declared(spec), { ...kindOf(spec), organization: true }, async (call) => {
    const who = await identifyCaller(spec, call);
    const { organizationId, absent } = await organizationOf(who, call);
    const { caller, incoming } = who;
    const team = async () => findTeam(organizationId, caller.userId, spec.team(incoming as Incoming<B, Q>));
    return actInTeam(spec, who, organizationId, absent, team);
  });
}

/** Declares an endpoint about a team that tells itself whose it is: no header names the organization. */
export function forLocatedTeam<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: TeamSpec<B, Q, R> & {
    /** Finds out which team it is, and of which organization, one round trip before all else. */
    locate(incoming: Incoming<B, Q>): Promise<{ readonly organizationId: string; readonly teamId: string } | undefined>;
  },
): Endpoint {
  return declare(declared(spec), { ...kindOf(spec), found: true }, async (call) => {
    const who = await identifyCaller(spec, call);
    const { caller, credential, incoming } = who;
    const located = incoming && (await spec.locate(incoming));
    const absent = () => spec.missing?.() ?? new Refusal('team_not_found');
    const organizationId = typeof credential === 'string' ? located?.organizationId : credential.organizationId;
    if (organizationId === undefined) throw absent();
    // A token of another organization has to be a good one before it is told that there is nothing.
    const isThere = located?.organizationId === organizationId;
    const team = async () =>
      isThere ? findTeam(organizationId, caller.userId, { id: located.teamId }) : { team: undefined, own: undefined };
    return actInTeam(spec, who, organizationId, absent, team);
  });
}

/** Declares an endpoint that refuses everybody in a team's organization: what it is for belongs to another product. */
export function refusing<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Omit<TeamSpec<B, Q, undefined>, 'permission' | 'handle'> & { team(incoming: Incoming<B, Q>): TeamReference },
): Endpoint {
  const handle = async () => {
    throw new Refusal('forbidden', spec.forbidden);
  };
  return forTeam<B, Q>({ ...spec, permission: 'nobody', handle });
}

/** Lets the caller act in a team: it is read beside the membership, and the permission is asked of both. */
function actInTeam<B extends Schema, Q extends Schema, R>(
  spec: TeamSpec<B, Q, R>,
  who: IdentifiedCall<B, Q>,
  organizationId: string,
  absent: () => Refusal,
  team: () => Promise<TeamAndPlace>,
): Promise<Reply> {
  const { caller, incoming } = who;
  const input = incoming as Incoming<B, Q>;
  return actIn<B, Q, readonly [R, TeamAndPlace]>(spec, who, organizationId, absent, {
    read: async () =>
      incoming && Promise.all([spec.read?.({ ...incoming, organizationId, caller }) as Promise<R>, team()]),
    handle: async ({ read: [read, place], ...acting }) => {
      const { actor } = acting;
      const isOneself = spec.oneself?.({ ...input, actor, read }) ?? false;
      const present = await requireTeam(isOneself ? undefined : spec.permission, actor, place, refusalsOf(spec));
      return spec.handle({ ...input, ...acting, team: present, own: place.own, read });
    },
  });
}

/** How it refuses, of what it declares and its dialect has. */
function refusalsOf<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>): TeamRefusals {
  const { format, sight, missing, forbidden } = spec;
  const inDialect = typeof format === 'function' ? undefined : format.teams;
  return { ...inDialect, ...(sight && { sight }), ...(missing && { missing }), ...(forbidden && { forbidden }) };
}

function kindOf<B extends Schema, Q extends Schema, R>({ permission, oneself }: TeamSpec<B, Q, R>) {
  return { caller: ['person', 'token'] as const, about: 'team' as const, permission, oneself: oneself !== undefined };
}

/** What the kind does itself is declared with what the endpoint does. */
function declared<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>): Spec<B, Q> {
  const asked = [spec.permission, refusalsOf(spec).sight ?? 'team:read'];
  const readsAncestors = asked.some((permission) => permission === 'team:read' || permission === 'site:read');
  const own: TableAccess = union({ BatchGetItem: ['ORG', 'TEAM'] }, readsAncestors ? READ_ANCESTORS : {});
  const refuses = [spec.missing?.().code ?? 'team_not_found', ...(spec.refuses ?? [])];
  return { ...spec, table: union(own, spec.table ?? {}), refuses };
}
