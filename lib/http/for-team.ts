import type { Reply } from '../dialects/format.ts';
import type { Actor } from '../domain/member.ts';
import { type Details, Refusal } from '../domain/refusal.ts';
import type { Team, TeamMembership, TeamPermission } from '../domain/team.ts';
import { type TableAccess, union } from '../table/access.ts';
import { READ_ANCESTORS, requireTeam, type TeamAndPlace, type TeamRefusals } from '../teams/permissions.ts';
import { findTeam, type TeamReference } from '../teams/teams.ts';
import { boundOrganization, type Caller, type IdentifiedCall, identifyCaller } from './caller.ts';
import type { CallerKind } from './declaration.ts';
import { callersWith, declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Creating } from './idempotency.ts';
import { type Acting, actIn, organizationOf } from './organization.ts';

/** The declaration of an endpoint about a team. */
interface TeamSpec<B extends Schema, Q extends Schema, R> extends Spec<B, Q> {
  /** The permission that the caller needs in the team; undefined: every member of the organization may call. */
  readonly permission?: TeamPermission;
  /** Who may call. Default: members, their access tokens, and integrations. */
  readonly callers?: readonly CallerKind[];
  /** For callers without this permission the team doesn't exist. Default: the dialect's. */
  readonly viewPermission?: TeamPermission;
  /** Returns the refusal for a team that doesn't exist. Default: the dialect's, or `team_not_found`. */
  missing?(): Refusal;
  /** The details of `forbidden`. Default: the dialect's. */
  readonly forbidden?: Details;
  /** Whether callers act on themselves. Then they need no permission. */
  oneself?(incoming: Incoming<B, Q> & { actor: Actor; read: R }): boolean;
  /** Reads further data, in parallel with the team. */
  read?(incoming: Incoming<B, Q> & { organizationId: string; caller: Caller }): Promise<R>;
  handle(
    incoming: Incoming<B, Q> &
      Acting &
      Creating & {
        readonly team: Team;
        /** The caller's own membership of the team. */
        readonly own: TeamMembership | undefined;
        readonly read: R;
      },
  ): Promise<Reply>;
}

/**
 * Declares an endpoint about a team of the caller's organization. It reads the team, and refuses callers without the
 * permission.
 */
export function forTeam<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: TeamSpec<B, Q, R> & {
    /** Returns the reference to the team. */
    team(incoming: Incoming<B, Q>): TeamReference;
  },
): Endpoint {
  return declare(declared(spec), { ...kindOf(spec), organization: true }, async (call) => {
    const who = await identifyCaller(spec, call, callersOf(spec));
    const { organizationId, absent } = await organizationOf(who, call);
    const { caller, incoming } = who;
    const team = async () => findTeam(organizationId, caller.userId, spec.team(incoming as Incoming<B, Q>));
    return actInTeam(spec, who, organizationId, absent, team);
  });
}

/** Declares an endpoint about a team whose organization follows from the team, not from a header. */
export function forLocatedTeam<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: TeamSpec<B, Q, R> & {
    /** Finds the ids of the team and its organization, one round trip before all other reads. */
    locate(incoming: Incoming<B, Q>): Promise<{ readonly organizationId: string; readonly teamId: string } | undefined>;
  },
): Endpoint {
  return declare(declared(spec), { ...kindOf(spec), found: true }, async (call) => {
    const who = await identifyCaller(spec, call, callersOf(spec));
    const { caller, credential, incoming } = who;
    const located = incoming && (await spec.locate(incoming));
    const absent = () => spec.missing?.() ?? new Refusal('team_not_found');
    const organizationId = boundOrganization(credential) ?? located?.organizationId;
    if (organizationId === undefined) throw absent();
    // A token of another organization must be valid before it gets `absent`.
    const isInOrganization = located?.organizationId === organizationId;
    const team = async () =>
      isInOrganization
        ? findTeam(organizationId, caller.userId, { id: located.teamId })
        : { team: undefined, own: undefined };
    return actInTeam(spec, who, organizationId, absent, team);
  });
}

/** Declares an endpoint that refuses everybody: its feature belongs to another product. */
export function refusing<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Omit<TeamSpec<B, Q, undefined>, 'permission' | 'handle'> & { team(incoming: Incoming<B, Q>): TeamReference },
): Endpoint {
  const handle = async () => {
    throw new Refusal('forbidden', spec.forbidden);
  };
  return forTeam<B, Q>({ ...spec, permission: 'nobody', handle });
}

/** Handles a call about a team. Reads the team in parallel with the membership, and enforces the permission. */
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
    declared: spec.permission,
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

/** Returns the refusals of an endpoint: its own, else its dialect's. */
function refusalsOf<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>): TeamRefusals {
  const { format, viewPermission, missing, forbidden } = spec;
  const inDialect = typeof format === 'function' ? undefined : format.teams;
  return {
    ...inDialect,
    ...(viewPermission && { viewPermission }),
    ...(missing && { missing }),
    ...(forbidden && { forbidden }),
  };
}

function kindOf<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>) {
  const { permission, oneself } = spec;
  return { caller: callersOf(spec), about: 'team' as const, permission, oneself: oneself !== undefined };
}

function callersOf<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>) {
  return spec.callers ?? callersWith(spec);
}

/** Adds the table access and refusals of the kind to the declaration. */
function declared<B extends Schema, Q extends Schema, R>(spec: TeamSpec<B, Q, R>): Spec<B, Q> {
  const asked = [spec.permission, refusalsOf(spec).viewPermission ?? 'team:read'];
  const readsAncestors = asked.some((permission) => permission === 'team:read' || permission === 'site:read');
  const own: TableAccess = union({ BatchGetItem: ['ORG', 'TEAM'] }, readsAncestors ? READ_ANCESTORS : {});
  const refuses = [spec.missing?.().code ?? 'team_not_found', ...(spec.refuses ?? [])];
  return { ...spec, table: union(own, spec.table ?? {}), refuses };
}
