import * as z from 'zod/mini';
import { AUDIT_ACTIONS, type AuditAction, type AuditActor, type AuditEntry } from './audit.ts';
import { CHARGER_ERRORS, CHARGER_STATUSES, CONNECTION_STATUSES } from './charger.ts';
import { EVENT_TYPES, EVENT_VERSION, type EventType } from './event.ts';
import { DELIVERY_STATES } from './invitation.ts';
import { ROLES } from './roles.ts';
import { TEAM_ROLES } from './team.ts';
import { WEBHOOK_STATUSES } from './webhook.ts';

// What the audit entry of each action has besides the fields that all have. The catalogue of events is made from it, and
// every entry that a test writes is compared with it. No bundle contains this file.

/** The declaration of an action's entries and events. */
export interface EventDeclaration {
  /** When it is written, as a sentence. */
  readonly when: string;
  readonly resource: AuditEntry['resource']['type'];
  /** The schemas of `before` and `after`; undefined: there is none. An optional schema: some entries have none. */
  readonly before?: z.ZodMiniType;
  readonly after?: z.ZodMiniType;
}

/** The prefixes of the ids of resources. */
const PREFIXES = {
  organization: 'org',
  member: 'mem',
  invitation: 'inv',
  accessToken: 'key',
  team: 'team',
  site: 'site',
  charger: 'chg',
  integration: 'int',
  webhook: 'whk',
} as const satisfies Readonly<Record<AuditEntry['resource']['type'], string>>;

const id = (prefix: string) => z.string().check(z.regex(new RegExp(`^${prefix}_[0-9a-v]+$`)));
const memberId = id('mem');
const userId = id('usr');
const teamId = id('team');
const inviteId = id('sinv');
const time = z.iso.datetime();

const ownedBy = z.strictObject({ ownerId: memberId, role: z.enum(ROLES) });
const memberOf = z.strictObject({ memberId });
const roleOf = z.strictObject({ role: z.enum(ROLES) });
const userOf = z.strictObject({ userId });
const expiry = z.strictObject({ expiresAt: time });
const teamOf = z.strictObject({ teamId });
const siteOf = z.strictObject({ siteId: id('site') });
const inviteOf = z.strictObject({ inviteId });
const inviteExpiry = z.strictObject({ inviteId, expiresAt: time });
const count = z.int();
const webhookStatus = z.strictObject({ status: z.enum(WEBHOOK_STATUSES) });
const teamMember = z.strictObject({ memberId, role: z.enum(TEAM_ROLES) });
const parent = z.optional(z.strictObject({ parentTeamId: z.optional(teamId) }));
/** A grant has the number of its chargers, if it is limited to some; so has the access. */
const access = z.strictObject({
  teamId,
  assets: z.optional(count),
  grants: z.optional(z.array(z.strictObject({ expiresAt: z.optional(time), assets: z.optional(count) }))),
});
const delivery = {
  before: z.optional(z.strictObject({ state: z.enum(DELIVERY_STATES) })),
  after: z.strictObject({ state: z.optional(z.enum(DELIVERY_STATES)), reason: z.optional(z.string()) }),
};

type Change = Pick<EventDeclaration, 'before' | 'after'>;

/** Returns how actions about one kind of resource are declared. */
const about =
  (resource: EventDeclaration['resource']) =>
  (when: string, change: Change = {}): EventDeclaration => ({ when, resource, ...change });
const organization = about('organization');
const member = about('member');
const invitation = about('invitation');
const team = about('team');
const site = about('site');
const charger = about('charger');
const accessToken = about('accessToken');
const integration = about('integration');
const integrationOf = z.strictObject({ role: z.enum(ROLES), expiresAt: z.nullable(time) });
const webhook = about('webhook');

/** The declarations of all actions. */
export const EVENT_DECLARATIONS: Readonly<Record<AuditAction, EventDeclaration>> = {
  'organization.create': organization('Somebody created the organization, and owns it.', {
    after: z.strictObject({ ownerId: memberId }),
  }),
  'organization.update': organization('The name or language of the organization was changed.'),
  'organization.offer-ownership': organization('The owner offered the organization to a member.', { after: memberOf }),
  'organization.withdraw-ownership': organization('The owner withdrew the offer.', { before: memberOf }),
  'organization.decline-ownership': organization('The member declined the offer.', { before: memberOf }),
  'organization.transfer': organization('The member accepted the offer: they own the organization now.', {
    before: ownedBy,
    after: ownedBy,
  }),
  'organization.delete': organization('The owner deleted the organization, with everything in it.'),
  'organization.repair': organization('An operator mended a torn row of the table.', {
    before: z.optional(z.strictObject({ count })),
    after: z.strictObject({ item: z.string(), what: z.string(), count: z.optional(count) }),
  }),
  'member.import': member('The operator made a person a member, without an invitation.', {
    after: z.strictObject({ memberId, userId, role: z.enum(ROLES), teams: z.optional(z.array(teamId)) }),
  }),
  'member.update': member('The role of a member was changed, which is in `before` and `after`, or their profile.', {
    before: z.optional(roleOf),
    after: z.optional(roleOf),
  }),
  'member.remove': member(
    'A member was removed. With `userId`: the person is in the organization twice, and one of the two was removed.',
    { before: z.union([roleOf, userOf]), after: z.optional(userOf) },
  ),
  'member.leave': member('A member left the organization.', { before: roleOf }),
  'member.claim': member(
    'A person who had accepted by the link alone signed in for the first time. With `userId`: as a user who existed.',
    { before: z.optional(userOf), after: z.union([z.strictObject({ claimed: z.literal(true) }), userOf]) },
  ),
  'member.expire': member('A person who had accepted by the link alone never signed in, so the membership ended.', {
    before: roleOf,
  }),
  'member.rebind': member('The person of a member signs in with another account now.'),
  'invitation.create': invitation('Somebody was invited.', {
    after: z.strictObject({ role: z.enum(ROLES), expiresAt: time }),
  }),
  'invitation.resend': invitation('An invitation was sent again, with a new expiry.', {
    before: expiry,
    after: expiry,
  }),
  'invitation.revoke': invitation('An invitation was withdrawn.'),
  'invitation.accept': invitation('The invited person accepted, and is a member now.', {
    after: z.strictObject({
      memberId,
      userId,
      role: z.enum(ROLES),
      teams: z.optional(z.array(teamId)),
      skippedTeams: z.optional(z.array(teamId)),
    }),
  }),
  'invitation.decline': invitation('The invited person declined.'),
  'invitation.expire': invitation('An invitation expired.'),
  'invitation.ask': invitation('The invited person requested a new invitation after the expiry.'),
  'invitation.stop-reminders': invitation('The invited person wants no reminders.'),
  'invitation.bounce': invitation('The mail came back, or SES refused it: `after.state` tells which.', delivery),
  'invitation.complain': invitation('The recipient reported the mail as spam: there are no more.', delivery),
  'invitation.reject': invitation('The mail came back, or SES refused it: `after.state` tells which.', delivery),
  'invitation.erase': invitation('The invited person had themselves erased.'),
  'team.create': team('A team was created.', {
    after: z.strictObject({ parentTeamId: z.optional(teamId), isPrivate: z.boolean() }),
  }),
  'team.update': team('A team was changed. If it was moved, `before` and `after` name the teams above.', {
    before: parent,
    after: parent,
  }),
  'team.delete': team('A team was deleted.'),
  'team-member.add': team('A member joined a team.', { after: teamMember }),
  'team-member.update': team('The role of a member in a team was changed.', { before: teamMember, after: teamMember }),
  'team-member.remove': team('A member left a team, or was removed from it.', { before: teamMember }),
  'site.create': site('A site was created.', { after: teamOf }),
  'site.update': site('A site was changed.'),
  'site.delete': site('A site was deleted.', { before: teamOf }),
  'site.transfer': site('A site has another owning team.', { before: teamOf, after: teamOf }),
  'site-access.create': site('A team got access to a site.', { after: access }),
  'site-access.update': site('The access of a team to a site was changed.', { before: access, after: access }),
  'site-access.remove': site('A team lost its access to a site.', { before: access }),
  'site-sensitive.request': site("A team requested a site's sensitive data.", {
    after: z.strictObject({ teamId, requestId: id('sreq'), expiresAt: z.optional(time) }),
  }),
  'site-sensitive.grant': site("A team was granted a site's sensitive data.", { before: access, after: access }),
  'site-sensitive.revoke': site('The grant was revoked.', { before: access }),
  'site-sensitive.decline': site('The request was declined.', {
    before: z.union([z.strictObject({ teamId, requestId: id('sreq') }), access]),
  }),
  'site-sensitive.expire': site('A grant expired. `after` has those that are left.', {
    before: access,
    after: z.optional(access),
  }),
  'site-invite.create': site('Somebody was invited to a site.', {
    after: z.strictObject({
      inviteId,
      transferOwnership: z.boolean(),
      assets: z.optional(count),
      sensitive: z.optional(z.strictObject({ expiresAt: z.optional(time) })),
    }),
  }),
  'site-invite.resend': site('An invite to a site was sent again, with a new expiry.', {
    before: inviteExpiry,
    after: inviteExpiry,
  }),
  'site-invite.withdraw': site('An invite to a site was withdrawn.', { before: inviteOf }),
  'site-invite.accept': site('An invite to a site was accepted for a team.', {
    after: z.strictObject({ inviteId, teamId }),
  }),
  'site-invite.erase': site('The person who was invited to a site had themselves erased.', { before: inviteOf }),
  'charger.create': charger('A charger was created.', { after: siteOf }),
  'charger.update': charger('The identity or reference of a charger was changed.'),
  'charger.delete': charger('A charger was deleted.', { before: siteOf }),
  'charger.report': charger('The state of a charger was reported. `after` has what has changed.', {
    after: z.strictObject({
      connectionStatus: z.optional(z.enum(CONNECTION_STATUSES)),
      status: z.optional(z.enum(CHARGER_STATUSES)),
      error: z.optional(z.enum(CHARGER_ERRORS)),
    }),
  }),
  'access-token.create': accessToken('An access token was created.', {
    after: z.strictObject({ role: z.optional(z.enum(ROLES)), expiresAt: z.optional(time) }),
  }),
  'access-token.revoke': accessToken('An access token was revoked.'),
  'integration.create': integration('An integration was created.', {
    after: z.strictObject({ role: z.enum(ROLES), expiresAt: z.optional(time) }),
  }),
  'integration.update': integration('The name, role or expiry of an integration was changed.', {
    before: integrationOf,
    after: integrationOf,
  }),
  'integration.rotate': integration('An integration has a new secret. `after` has until when the one before works.', {
    after: z.strictObject({ previousUntil: z.nullable(time) }),
  }),
  'integration.revoke': integration('An integration was revoked.', { before: roleOf }),
  'webhook.create': webhook('A webhook was created.'),
  'webhook.update': webhook('A webhook was changed. If it was paused or enabled, `before` and `after` tell.', {
    before: z.optional(webhookStatus),
    after: z.optional(webhookStatus),
  }),
  'webhook.rotate-secret': webhook('The secret of a webhook was replaced. The previous one is valid for a day.'),
  'webhook.test': webhook('A webhook was tested. Among webhooks, only this one gets the event.'),
  'webhook.disable': webhook('A webhook was disabled, since nothing was received for days, or for good.', {
    before: webhookStatus,
    after: webhookStatus,
  }),
  'webhook.delete': webhook('A webhook was deleted.'),
};

/** The kinds of actors, with who they are. */
export const ACTORS: Readonly<Record<AuditActor['type'], string>> = {
  user: 'a person, by their user id',
  apiKey: 'an access token',
  integration: 'an integration',
  link: 'the holder of a link, by the id of the invitation or invite',
  organization: 'somebody of another organization, which is all that this one may know',
  operator: 'an operator, by the name of the command or the id of the key',
  system: 'the service itself',
  ses: 'Amazon SES, by its id of the mail',
};

/** Returns the declaration of a type of events. Actions with one type have one declaration. */
export function declarationOf(type: EventType): EventDeclaration {
  const action = AUDIT_ACTIONS.find((each) => EVENT_TYPES[each] === type) as AuditAction;
  return EVENT_DECLARATIONS[action];
}

/** Returns the schema of the events of a type. */
export function eventSchema(type: EventType) {
  const { resource, before, after } = declarationOf(type);
  return z.strictObject({
    id: id('aud'),
    type: z.literal(type),
    version: z.literal(EVENT_VERSION),
    time,
    organizationId: id('org'),
    actor: z.strictObject({ type: z.enum(Object.keys(ACTORS) as AuditActor['type'][]), id: z.string() }),
    resource: z.strictObject({ type: z.literal(resource), id: id(PREFIXES[resource]) }),
    ...(before && { before }),
    ...(after && { after }),
    requestId: z.string(),
  });
}
