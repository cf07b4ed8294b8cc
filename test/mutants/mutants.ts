/** A change that removes a guarantee, and the test that must fail with it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly replace: string; readonly by: string }[];
  readonly test: { readonly file: string; readonly name: string };
}

const callers = (name: string) => ({ file: 'test/functions/callers.test.ts', name });
const memberImport = (name: string) => ({ file: 'test/functions/member-import.test.ts', name });
const keysOfIssuer = (name: string) => ({ file: 'test/functions/keys.test.ts', name });
const accessTokens = (name: string) => ({ file: 'test/functions/access-tokens.test.ts', name });
const teams = (name: string) => ({ file: 'test/functions/teams.test.ts', name });
const sweep = (name: string) => ({ file: 'test/functions/sweep.test.ts', name });
const races = (name: string) => ({ file: 'test/functions/races.test.ts', name });

const chargers = (name: string) => ({ file: 'test/functions/volttime-chargers.test.ts', name });
const sites = (name: string) => ({ file: 'test/functions/volttime-sites.test.ts', name });
const sharing = (name: string) => ({ file: 'test/functions/volttime-sharing.test.ts', name });
const limits = (name: string) => ({ file: 'test/functions/limits.test.ts', name });
const rates = (name: string) => ({ file: 'test/functions/mail-rates.test.ts', name });
const SHARING_LOCK = `    when: [{ attribute: 'sharing', is: sharing }],\n  };`;

const webhooks = (name: string) => ({ file: 'test/functions/webhooks.test.ts', name });
const consent = (name: string) => ({ file: 'test/functions/consent.test.ts', name });
const ownership = (name: string) => ({ file: 'test/functions/ownership.test.ts', name });
const blocking = (name: string) => ({ file: 'test/functions/blocking.test.ts', name });

/** All mutants. Most remove the write condition that decides a tested race. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a former moderator adds a member to a team',
    edits: [{ file: 'lib/teams/team-members.ts', replace: `        { attribute: 'role', in: roles },\n`, by: '' }],
    test: {
      file: 'test/functions/rocketchat.test.ts',
      name: 'can’t be added by a former moderator, also between read and write',
    },
  },
  {
    name: 'accepting an invitation writes without conditions',
    edits: [
      {
        file: 'lib/invitations/acceptance.ts',
        replace: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ]);`,
        by: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ].map((write) => ({ ...write, when: [] })));`,
      },
    ],
    test: races('two parallel accepts of a link create one membership, and both succeed'),
  },
  {
    name: 'a change of a member overwrites another',
    edits: [
      {
        file: 'lib/table/write.ts',
        replace: `    when: [...when, { attribute: FIELDS, is: packedText(of) }],`,
        by: `    when,`,
      },
    ],
    test: races('a role and a profile of a member that change in parallel are both kept'),
  },
  {
    name: 'the test of a webhook reaches every webhook',
    edits: [
      {
        file: 'lib/domain/webhook.ts',
        replace: `  return isTest(event) ? event.resource.id === id : `,
        by: '  return ',
      },
    ],
    test: webhooks('a test reaches the tested webhook only, whatever types it wants, at once even while it fails'),
  },
  {
    name: 'a paused webhook is tested',
    edits: [
      {
        file: 'lib/webhooks/managing.ts',
        replace: `      when: [{ attribute: 'status', is: 'ENABLED' }],\n      refuse`,
        by: `      when: [{ exists: 'pk' }],\n      refuse`,
      },
    ],
    test: webhooks('a paused webhook is not tested'),
  },
  {
    name: 'an event that comes twice is delivered twice',
    edits: [
      {
        file: 'lib/webhooks/deliveries.ts',
        replace: `item: { type: 'WebhookDelivery', ...delivery }, when: [{ absent: 'pk' }] }`,
        by: `item: { type: 'WebhookDelivery', ...delivery } }`,
      },
    ],
    test: webhooks(
      'is made once for each event, although the stream brings it twice, and survives the death of its function',
    ),
  },
  {
    name: 'a rotated secret signs for ever',
    edits: [
      {
        file: 'lib/webhooks/webhooks.ts',
        replace: `    ...(webhook.secretVersion > 1 ? [secretRemoval(webhook, webhook.secretVersion - 1)] : []),\n`,
        by: '',
      },
    ],
    test: webhooks('a second rotation ends the first secret at once'),
  },
  {
    name: 'an address may have several live invitations',
    edits: [
      {
        file: 'lib/invitations/inviting.ts',
        replace: `          earlier ? { attribute: 'invitationId', is: earlier.id } : { absent: 'invitationId' },\n`,
        by: '',
      },
    ],
    test: races('twenty parallel invitations of an address create one'),
  },
  {
    name: 'a secret may end in a dash',
    edits: [{ file: 'lib/domain/link.ts', replace: '0b111111) < DASH', by: '0b111111) < 64' }],
    test: { file: 'test/lib/domain/secrets.test.ts', name: 'ends in a letter or a digit' },
  },
  {
    name: 'a body with invalid UTF-8 is accepted',
    edits: [
      {
        file: 'lib/http/input.ts',
        replace: `  if (text.includes(REPLACEMENT)) throw new Refusal('malformed_body');\n`,
        by: '',
      },
    ],
    test: { file: 'test/functions/malformed.test.ts', name: 'refuses a body with invalid UTF-8 or duplicate names' },
  },
  {
    name: 'a body with a duplicate name is accepted, and the last value counts',
    edits: [{ file: 'lib/http/input.ts', replace: ' || hasNameTwice(text)', by: '' }],
    test: { file: 'test/functions/malformed.test.ts', name: 'refuses a body with invalid UTF-8 or duplicate names' },
  },
  {
    name: 'a body of another charset is read as UTF-8',
    edits: [
      {
        file: 'lib/http/input.ts',
        replace: "charset !== undefined && charset !== 'utf-8' && charset !== 'utf8'",
        by: 'false',
      },
    ],
    test: { file: 'test/functions/malformed.test.ts', name: 'refuses another charset' },
  },
  {
    name: 'an unknown query parameter is ignored',
    edits: [
      {
        file: 'lib/http/endpoint.ts',
        replace: "dialect === 'v1' ? z.catchall",
        by: "dialect === ('' as string) ? z.catchall",
      },
    ],
    test: { file: 'test/functions/methods.test.ts', name: 'refuses an unknown parameter' },
  },
  {
    name: 'an invitation to a full team is created',
    edits: [
      {
        file: 'lib/invitations/inviting.ts',
        replace: 'if (team.members >= limits.membersOfTeam)',
        by: 'if (team.members < 0)',
      },
    ],
    test: {
      file: 'test/functions/limits.test.ts',
      name: 'an invitation to a full team is refused, also in a bulk, and a team that fills up later is skipped',
    },
  },
  {
    name: 'an out-of-office reply is a bounce',
    edits: [{ file: 'lib/domain/mail-event.ts', replace: "isReply ? 'reply' : 'softBounce'", by: "'softBounce'" }],
    test: { file: 'test/lib/domain/mail-event.test.ts', name: 'is classified by its fields: a bounce' },
  },
  {
    name: 'a not-spam report counts as a complaint',
    edits: [{ file: 'lib/domain/mail-event.ts', replace: "if (type === 'not-spam') return 'irrelevant';", by: '' }],
    test: { file: 'test/lib/domain/mail-event.test.ts', name: 'is classified by its fields: feedback of type' },
  },
  {
    name: 'a role that is added in parallel with another one is lost',
    edits: [
      {
        file: 'lib/teams/put-team-member.ts',
        replace: `        ...(roles === undefined\n          ? []\n          : [present.roles ? { attribute: 'roles', is: present.roles } : { absent: 'roles' }]),\n`,
        by: '',
      },
    ],
    test: { file: 'test/functions/rocketchat.test.ts', name: 'keeps all roles that are added in parallel' },
  },
  {
    name: 'a name may consist of invisible characters',
    edits: [
      {
        file: 'lib/domain/user-text.ts',
        replace: '(?![\\p{Default_Ignorable_Code_Point}\\u2800\\ufffc\\u{1d159}])',
        by: '',
      },
    ],
    test: { file: 'test/lib/domain/names.test.ts', name: 'of invisible characters only is refused' },
  },
  {
    name: '31 February is 3 March',
    edits: [{ file: 'lib/domain/moment.ts', replace: ' || !isDay(day)', by: '' }],
    test: { file: 'test/lib/domain/moment.test.ts', name: 'is not a valid moment' },
  },
  {
    name: 'a permanent stage may have a placeholder as sender',
    edits: [
      {
        file: 'cdk/config.ts',
        replace: '(permanent ? PermanentStageConfig : StageConfig)',
        by: 'StageConfig',
      },
    ],
    test: { file: 'test/cdk/config.test.ts', name: 'accepts a placeholder sender at' },
  },
  {
    name: 'an invitation that is not pending can be ended',
    edits: [
      {
        file: 'lib/invitations/ending.ts',
        replace: `      { attribute: 'status', is: 'PENDING' },\n      { attribute: 'expiresAt', above: at },`,
        by: '',
      },
      {
        file: 'lib/invitations/ending.ts',
        replace: `    remove: ['invitationId'],\n    when: [{ attribute: 'invitationId', is: id }],`,
        by: `    remove: ['invitationId'],`,
      },
    ],
    test: races('of a parallel accept and revoke exactly one succeeds'),
  },
  {
    name: 'a mail event is recorded twice',
    edits: [
      { file: 'lib/invitations/mail-events.ts', replace: 'if (known || !(effect', by: 'if (!(effect' },
      { file: 'lib/invitations/mail-events.ts', replace: `        when: [{ absent: 'pk' }],\n`, by: '' },
    ],
    test: {
      file: 'test/functions/mail-events.test.ts',
      name: 'a recorded event is not recorded again after a later one',
    },
  },
  {
    name: 'parallel events of a mail overwrite each other',
    edits: [
      {
        file: 'lib/invitations/mail-events.ts',
        replace: `      delivery ? { attribute: 'delivery', is: delivery } : { absent: 'delivery' },\n`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/mail-events.test.ts',
      name: 'the strongest event decides the delivery state, in any order and in parallel',
    },
  },
  {
    name: "a write doesn't check the actor's role",
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: `actorIs(actor, { attribute: 'role', in: roles })`,
        by: 'actorIs(actor)',
      },
    ],
    test: races('of two admins who demote each other in parallel exactly one succeeds'),
  },
  {
    name: "a write doesn't check the actor's membership",
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: `    ...(leaving ? actorIs(actor) : actorMay(actor, 'member:remove')),\n`,
        by: '',
      },
    ],
    test: races('of two admins who remove each other in parallel exactly one succeeds'),
  },
  {
    name: 'a seat is taken without a check of the limit',
    edits: [{ file: 'lib/table/counters.ts', replace: '...(room\n', by: '...(room === null\n' }],
    test: limits('pending invitations and the seats that they reserve'),
  },
  {
    name: 'a resend writes without a check of the secrets that it replaces',
    edits: [
      {
        file: 'lib/invitations/resending.ts',
        replace: `        { attribute: 'secrets', is: invitation.secrets },\n`,
        by: '',
      },
    ],
    test: races('parallel resends leave one valid link'),
  },
  {
    name: 'a link that was replaced in parallel accepts the invitation',
    edits: [
      {
        file: 'lib/invitations/ending.ts',
        replace: `...(link ? [isStill(link)] : []),`,
        by: '',
      },
    ],
    test: races('of a parallel accept and resend, the resend never replaces an accepted link'),
  },
  {
    name: 'a new invitation can be requested repeatedly',
    edits: [
      { file: 'lib/invitations/renewal-request.ts', replace: `        { absent: 'renewalRequestedAt' },\n`, by: '' },
    ],
    test: {
      file: 'test/functions/pages.test.ts',
      name: 'sends no second mail until the invitation was resent and has expired again',
    },
  },
  {
    name: 'a mail to an inviter is sent without a lease',
    edits: [
      {
        file: 'lib/outbox/outbox.ts',
        replace: `set: claimed, when: [isClaimed(item)]`,
        by: `set: claimed, when: [{ exists: 'pk' }]`,
      },
    ],
    test: {
      file: 'test/functions/pages.test.ts',
      name: 'succeeds while SES is down, and the sweep sends the mail once',
    },
  },
  {
    name: 'stopping reminders is recorded repeatedly',
    edits: [{ file: 'lib/invitations/reminders.ts', replace: `, { absent: 'remindersStoppedAt' }]`, by: ']' }],
    test: {
      file: 'test/functions/reminders.test.ts',
      name: 'is recorded once as done by the link’s holder, also when it is repeated',
    },
  },
  {
    name: 'two teams may have the same name',
    edits: [
      {
        file: 'lib/teams/create-team.ts',
        replace: `    when: [{ absent: 'pk' }],\n    refuse: 'team_name_taken',`,
        by: `    refuse: 'team_name_taken',`,
      },
    ],
    test: teams('of the same name is created once by parallel requests'),
  },
  {
    name: 'teams are moved without a check for parallel moves',
    edits: [
      {
        file: 'lib/teams/team-tree.ts',
        replace: `when: what === 'leaves' ? [is('moves', moves)] : [is('moves', moves), is('leaves', leaves)],`,
        by: `when: [{ exists: 'pk' }],`,
      },
    ],
    test: teams('has no cycle, also when teams are moved below each other'),
  },
  {
    name: 'the last owner of a team can leave',
    edits: [
      {
        file: 'lib/teams/team-members.ts',
        replace: `      ...(owners < 0 ? [{ attribute: 'owners', above: 1 } as const] : []),\n`,
        by: '',
      },
    ],
    test: teams('keep one owner'),
  },
  {
    name: 'a site can be deleted while a charger is added',
    edits: [{ file: 'lib/sites/site-changes.ts', replace: `        { attribute: 'chargers', is: 0 },\n`, by: '' }],
    test: chargers('a site is not deleted while a charger is added'),
  },
  {
    name: 'a site can exceed the limit of chargers',
    edits: [
      {
        file: 'lib/sites/charger-changes.ts',
        replace: `        { attribute: 'chargers', below: limits.chargersOfSite },\n`,
        by: '',
      },
    ],
    test: limits('chargers beyond the limit of a site'),
  },
  {
    name: 'a team can be deleted while a site is added',
    edits: [
      {
        file: 'lib/teams/delete-team.ts',
        replace: `when: [{ attribute: 'sites', below: 1 }]`,
        by: `when: [{ exists: 'pk' }]`,
      },
    ],
    test: sites('a team that owns sites is not deleted, also when a site is created in parallel'),
  },
  {
    name: 'a team can exceed the limit of owned sites',
    edits: [
      { file: 'lib/sites/sharing.ts', replace: `...limited.map((attribute) => ({ attribute, below: limit }))`, by: '' },
    ],
    test: limits('sites beyond the limit of a team'),
  },
  {
    name: 'a site can be transferred twice in parallel',
    edits: [
      { file: 'lib/sites/sharing.ts', replace: SHARING_LOCK, by: '  };' },
      { file: 'lib/sites/sharing.ts', replace: `when: [{ exists: 'pk' }, ...limited`, by: 'when: [...limited' },
    ],
    test: sharing('the second of two transfers is refused'),
  },
  {
    name: "a team's access can name a deleted charger",
    edits: [{ file: 'lib/sites/sharing.ts', replace: SHARING_LOCK, by: '  };' }],
    test: sharing('a deleted charger is refused for an access'),
  },
  {
    name: 'a deleted team can become the owner of a site',
    edits: [{ file: 'lib/sites/sharing.ts', replace: `when: [{ exists: 'pk' }, ...limited`, by: 'when: [...limited' }],
    test: sharing('a deleted team can’t become the owner'),
  },
  {
    name: 'a former manager of a site can grant its sensitive data',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: `  return actorManages(actor, teamMembership, team);`,
        by: `  return actorManages(actor, teamMembership, team).map(() => ({ type: 'check', key: keys.user(actor.userId), when: [{ exists: 'pk' }] }));`,
      },
    ],
    test: sharing('a removed or demoted owner can’t grant sensitive data'),
  },
  {
    name: 'a deleted access can be counted twice',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: `key: keys.siteAccess(siteId, teamId), when: [{ exists: 'pk' }] },\n    { type: 'delete', key: keys.siteOfTeam`,
        by: `key: keys.siteAccess(siteId, teamId) },\n    { type: 'delete', key: keys.siteOfTeam`,
      },
    ],
    test: sharing('of a deleted site that was shared with many teams'),
  },
  {
    name: 'a link that was returned to the inviter works without sign-in after a mail was sent',
    edits: [
      {
        file: 'lib/domain/invitation.ts',
        replace: `  if (link.invitation.secrets.length > 0) throw new Refusal('invitation_superseded');\n  return true;`,
        by: `  return link.invitation.secrets.length === 0;`,
      },
    ],
    test: consent('still requires sign-in after a mail was sent'),
  },
  {
    name: 'the token in the answer accepts a site invite for any address',
    edits: [
      {
        file: 'lib/domain/site-invite.ts',
        replace: `if (!isMailed(invite, secret) && email !== invite.email)`,
        by: 'if (!email)',
      },
    ],
    test: {
      file: 'test/functions/volttime-invites.test.ts',
      name: 'the token of the answer is accepted for the invited address only',
    },
  },
  {
    name: "an organization sees the source address of a person's profile change",
    edits: [
      {
        file: 'lib/domain/audit.ts',
        replace: `origin: { ...auditContext.origin, sourceAddress: null }`,
        by: 'origin: auditContext.origin',
      },
    ],
    test: consent('has no source address when a person changes their profile or takes over an address'),
  },
  {
    name: 'an ended ownership offer can be accepted',
    edits: [
      {
        file: 'lib/organizations/ownership.ts',
        replace: `, offer ? { attribute: 'offer', is: offer } : { absent: 'offer' }],`,
        by: '],',
      },
    ],
    test: ownership('that ends between read and write is not accepted'),
  },
  {
    name: 'an owner leaves an organization that another person has just joined',
    edits: [
      {
        file: 'lib/organizations/organizations.ts',
        replace: `...(counters ? closeToMembers(id, counters) : []),`,
        by: '',
      },
    ],
    test: ownership('can’t leave after another person has joined, also between read and write'),
  },
  {
    name: 'a person joins an organization that its only member has just left',
    edits: [
      {
        file: 'lib/table/counters.ts',
        replace: `...(event === 'invitationAccepted' ? [{ absent: 'closed' }] : []),`,
        by: '',
      },
    ],
    test: ownership('leaves, and nobody joins afterwards, also between read and write'),
  },
  {
    name: 'an invitation to a person who has just blocked the organization is mailed',
    edits: [
      {
        file: 'lib/invitations/inviting.ts',
        replace: `invited?.blockedAt ? { exists: 'blockedAt' } : { absent: 'blockedAt' },`,
        by: '',
      },
    ],
    test: blocking('that is set between read and write of'),
  },
  {
    name: 'an invitation is resent to a person who has just blocked the organization',
    edits: [
      {
        file: 'lib/invitations/resending.ts',
        replace: `invitation.muted ? { exists: 'muted' } : { absent: 'muted' },`,
        by: '',
      },
    ],
    test: blocking('that is set between read and write of'),
  },
  {
    name: 'team memberships of a placeholder that don’t fit into one transaction are not taken over',
    edits: [
      { file: 'lib/people/sign-in.ts', replace: `    await takeOverTeamMemberships(holder.userId, user);\n`, by: '' },
    ],
    test: teams(
      'gives a placeholder team memberships, which are taken over in several transactions and resumed after a failure',
    ),
  },
  {
    name: 'a grant of sensitive data covers all chargers that its team has access to',
    edits: [
      {
        file: 'lib/domain/visibility.ts',
        replace: `grants.filter((grant) => isInForce(grant, now)),\n  );`,
        by: `grants.filter((grant) => isInForce(grant, now)).map((grant) => ({ ...grant, assets: undefined })) as never,\n  );`,
      },
    ],
    test: { file: 'test/lib/domain/site.test.ts', name: 'some chargers with a grant, then more without' },
  },
  {
    name: 'limiting an access doesn’t limit its grants',
    edits: [
      { file: 'lib/sites/site-teams.ts', replace: `limitedGrants(access.grants, assets)`, by: `access.grants ?? []` },
    ],
    test: sharing(
      'a team whose access is limited and widened again sees sensitive data of the remaining chargers only',
    ),
  },
  {
    name: 'mails to a mailbox are not counted by organization',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: '[organizationId, mailsToAddress],',
        by: `['any', mailsToAddress],`,
      },
    ],
    test: rates('is limited for each organization, and others don’t use up its share'),
  },
  {
    name: 'mails to a mailbox are not counted in total',
    edits: [{ file: 'lib/table/rates.ts', replace: `['all', mailsToAddressOfAll],`, by: '' }],
    test: rates('is limited in total'),
  },
  {
    name: 'an address with a tag counts as another mailbox',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: 'Map.groupBy(addresses, mailboxOf)',
        by: 'Map.groupBy(addresses, String)',
      },
    ],
    test: rates(
      'counts addresses with a tag as the mailbox without it, also in one bulk, though they are invited separately',
    ),
  },
  {
    name: 'a counter row of the mails of a day has no limit',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: `when: [{ attribute: 'count', below: share - times + 1 }],`,
        by: 'when: [],',
      },
    ],
    test: rates('is limited for each person, also in an organization with several members'),
  },
  {
    name: 'a new organization has no lower mail limit',
    edits: [
      {
        file: 'lib/domain/limits.ts',
        replace: 'limits.mailsOfNewOrganization + MAILS_BY_ACCEPTANCE * accepted',
        by: '1e9',
      },
    ],
    test: rates('is small for a new organization, and grows by ten with each acceptance'),
  },
  {
    name: 'the sweep takes due items by due time only, without round robin',
    edits: [{ file: 'lib/outbox/sweep.ts', replace: 'const round = roundRobin(', by: 'const round = (' }],
    test: sweep('the mails of an organization don’t wait behind the bulk of another'),
  },
  {
    name: 'a due item that lacks a required field is processed',
    edits: [{ file: 'lib/table/items.ts', replace: 'if (typeof item[field] !== type)', by: 'if (item.pk === field)' }],
    test: sweep('an unknown item is postponed once and unchanged, in each shard, and doesn’t block others'),
  },
  {
    name: 'a due item of an unknown type stays first in line',
    edits: [{ file: 'lib/outbox/sweep.ts', replace: '      await postpone(key, now);\n', by: '' }],
    test: sweep('an unknown item is postponed once and unchanged, in each shard, and doesn’t block others'),
  },
  {
    name: 'a due item with a key of a newer version stays first in line',
    edits: [{ file: 'cdk/constructs/function.ts', replace: ', postponeStatement(table.tableArn)', by: '' }],
    test: sweep('an unknown item is postponed once and unchanged, in each shard, and doesn’t block others'),
  },
  {
    name: 'a site invite that was just accepted is withdrawn',
    edits: [
      {
        file: 'lib/sites/site-invites.ts',
        replace: `        { attribute: 'status', is: 'PENDING' },\n        { attribute: 'delivery', is: delivery },`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/volttime-invites.test.ts',
      name: 'that is accepted between read and write of a withdrawal stays accepted',
    },
  },
  {
    name: 'a link from before a resend accepts a site invite',
    edits: [
      {
        file: 'lib/sites/site-invites.ts',
        replace: `        { attribute: 'mailSecrets', is: invite.mailSecrets },`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/volttime-invites.test.ts',
      name: 'between read and write of an acceptance is not accepted',
    },
  },
  {
    name: 'two chargers of an organization can have the same identity',
    edits: [
      {
        file: 'lib/sites/charger-identity.ts',
        replace: `when: [{ absent: 'pk' }],\n    refuse: 'charger_identity_taken',`,
        by: `when: [],\n    refuse: 'charger_identity_taken',`,
      },
    ],
    test: chargers('an identity is unique in an organization'),
  },
  {
    name: 'charger identities stay in the organization that transferred their site away',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: '...(site.organizationId === organizationId ? [] : [siteJob(site.id, auditContext.now)]),',
        by: '',
      },
    ],
    test: chargers('identities of other organizations are not revealed, also when a site is transferred'),
  },
  {
    name: 'parallel rotations lose one another',
    edits: [
      {
        file: 'lib/organizations/integrations.ts',
        replace: `const { name, role, expiresAt, hash, previous, rotatedAt } = changed;
  const stored = { ...changed, revision: revision + 1, updatedAt: auditContext.now.toISOString() };
  const when = [{ attribute: 'revision', is: revision }] as const;`,
        by: `const { name, role, expiresAt, hash, previous, rotatedAt } = changed;
  const stored = { ...changed, revision: revision + 1, updatedAt: auditContext.now.toISOString() };
  const when = [{ exists: 'pk' }] as const;`,
      },
    ],
    test: races('parallel rotations of an integration leave the last token, and at most one before it'),
  },
  {
    name: 'an organization has more integrations than it may have',
    edits: [
      {
        file: 'lib/organizations/integrations.ts',
        replace: `, { attribute: 'integrations', below: limit }]`,
        by: ']',
      },
    ],
    test: limits('parallel requests create as many integrations as an organization may have, and revoking makes room'),
  },
  {
    name: 'a person with the address gets the placeholder of another subject',
    edits: [
      {
        file: 'lib/people/sign-in.ts',
        replace: 'if (holder.claimed || holder.reserved !== undefined) throw',
        by: 'if (holder.claimed) throw',
      },
    ],
    test: memberImport('gets the membership at the first sign-in, also with another address, and nobody else does'),
  },
  {
    name: 'an imported member ends after thirty days',
    edits: [
      { file: 'lib/organizations/members.ts', replace: 'return claimed || vouched ?', by: 'return claimed ?' },
      {
        file: 'lib/cascades/placeholders.ts',
        replace: 'if (vouched && organizations > 0) {',
        by: 'if (Number.isNaN(0)) {',
      },
    ],
    test: memberImport('doesn’t end after thirty days, also if they had accepted by link before'),
  },
  {
    name: 'an import ends an invitation that was revoked meanwhile',
    edits: [
      {
        file: 'lib/organizations/importing.ts',
        replace: `      ...(invitation
        ? consumption(auditContext, invitation, member, teams)`,
        by: `      ...(invitation
        ? consumption(auditContext, invitation, member, teams).map((write) => ({ ...write, when: [] }) as never)`,
      },
    ],
    test: races('of a parallel import and revoke, the person becomes a member, and the invitation ends once'),
  },
  {
    name: 'imports take more seats than there are',
    edits: [
      {
        file: 'lib/organizations/importing.ts',
        replace: `'memberCreated', { room: seat, times: newSeats }`,
        by: `'memberCreated', { times: newSeats }`,
      },
    ],
    test: limits('parallel imports and invitations take as many seats as an organization has'),
  },
  {
    name: 'an operator’s key that was revoked meanwhile still writes',
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: `return [{ type: 'check', key: keys.operatorKey(userId), when: unchanged }];`,
        by: 'return [];',
      },
    ],
    test: {
      file: 'test/functions/operator-keys.test.ts',
      name: 'between its read and its write doesn’t write',
    },
  },
  {
    name: 'an operator’s key reads teams without the permission',
    edits: [
      {
        file: 'lib/http/organization.ts',
        replace: `if (!permissions.includes(permission)) throw new Refusal('forbidden');`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/operator-keys.test.ts',
      name: 'accepts keys only with the permission that it declares, if keys may have it',
    },
  },
  {
    name: 'a link that was returned to the inviter accepts without sign-in',
    edits: [
      {
        file: 'lib/domain/invitation.ts',
        replace: `  } else if (!link.secret || needsSignIn(link)) {`,
        by: '  } else if (!link) {',
      },
    ],
    test: consent('without a credential is refused, and nothing changes'),
  },
  {
    name: 'a warm function caches memberships',
    edits: [
      {
        file: 'lib/http/organization.ts',
        replace: ': getMembership(caller.userId, organizationId);',
        by: ': (remembered[caller.userId + organizationId] ??= getMembership(caller.userId, organizationId));',
      },
      {
        file: 'lib/http/organization.ts',
        replace: 'function namedIn(',
        by: 'const remembered: Record<string, ReturnType<typeof getMembership>> = {};\nfunction namedIn(',
      },
    ],
    test: races('every request that a removed member starts after the removal is refused, reads and writes alike'),
  },
  {
    name: 'a placeholder is taken over although another identity has claimed it',
    edits: [
      {
        file: 'lib/people/people.ts',
        replace: `    { attribute: 'userId', is: userId },\n    { attribute: 'claimed', is: false },`,
        by: `    { attribute: 'userId', is: userId },`,
      },
      {
        file: 'lib/people/sign-in.ts',
        replace: `                { attribute: 'claimed', is: false },\n                { attribute: 'organizations', is: 0 },`,
        by: `                { attribute: 'organizations', is: 0 },`,
      },
      {
        file: 'lib/people/sign-in.ts',
        replace: `    user: [{ attribute: 'claimed', is: false }],\n    address: isPlaceholder(holder),`,
        by: '    user: [],\n    address: isPlaceholder(holder),',
      },
      {
        file: 'lib/people/take-over.ts',
        replace: `    when: [{ attribute: 'claimed', is: false }],\n  };`,
        by: `    when: [{ exists: 'claimed' }],\n  };`,
      },
    ],
    test: races('of two identities that claim a placeholder in parallel one gets it, and the other gets 409'),
  },
  {
    name: 'mails to a mailbox are not counted by person',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: '...(userId === undefined || !isBounded(userId) ? [] : [[userId, mailsToAddress] as const]),',
        by: '',
      },
    ],
    test: rates('is limited for each person, across organizations'),
  },
  {
    name: 'a moved sign-in loses an address that changed meanwhile',
    edits: [
      {
        file: 'lib/people/moving.ts',
        replace: 'Object.entries({ userId, email, issuedAt, named })',
        by: 'Object.entries({ userId })',
      },
    ],
    test: {
      file: 'test/cdk/operator/rebind.test.ts',
      name: 'a person who is bound while they sign in with another address keeps the address that was written last',
    },
  },
  {
    name: 'two accounts can be bound to one person after an issuer change',
    edits: [
      {
        file: 'lib/people/moving.ts',
        replace: `issuer, issuedAt }, when: [{ absent: 'pk' }] },
    removalOf(from, stored),`,
        by: `issuer, issuedAt }, when: [{ absent: 'pk' }] },
    { type: 'delete', key: keys.identity(from) },`,
      },
      {
        file: 'lib/people/moving.ts',
        replace: `set: { identity }, when: [{ attribute: 'identity', is: from }] },`,
        by: 'set: { identity } },',
      },
    ],
    test: {
      file: 'test/functions/issuer-change.test.ts',
      name: 'people are matched by address once, if the new issuer has verified it',
    },
  },
  {
    name: 'an integration that was revoked or demoted meanwhile still writes',
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: "return [{ type: 'check', key: keys.operatorKey(userId), when: unchanged }];",
        by: "return [{ type: 'check', key: keys.operatorKey(userId), when: unchanged }];\n  if (program) return [];",
      },
    ],
    test: races('between its read and its write is decided anew'),
  },
  {
    name: 'a remembered token is accepted after it has expired',
    edits: [
      {
        file: 'lib/http/token.ts',
        replace: 'known.from <= second && second < known.until',
        by: 'known.from <= second',
      },
    ],
    test: keysOfIssuer('a token that was accepted is refused once it has expired, and before it was issued'),
  },
  {
    name: 'a remembered token outlives the key that the issuer withdrew',
    edits: [
      {
        file: 'lib/http/token.ts',
        replace: 'const keys = presentKeys();',
        by: 'const keys: object = verifiedTokens;',
      },
    ],
    test: keysOfIssuer('a key that the issuer withdrew is not trusted after an hour'),
  },
  {
    name: 'a token is remembered for keys that were fetched while it was verified',
    edits: [
      {
        file: 'lib/http/token.ts',
        replace: 'if (keys) remember(keys,',
        by: 'const late = presentKeys();\n  if (late) remember(late,',
      },
    ],
    test: {
      file: 'test/lib/http/token.test.ts',
      name: 'a token that is verified while its key is withdrawn isn’t remembered',
    },
  },
  {
    name: 'a rotated token still writes',
    edits: [{ file: 'lib/organizations/members.ts', replace: ', ...unchanged, ...more]', by: ', ...more]' }],
    test: races('between its read and its write is decided anew'),
  },
  {
    name: 'an access token creates a token that expires later',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'const expiresAt = maker ? earlier(maker.expiresAt, wanted) : wanted;',
        by: 'const expiresAt = wanted;',
      },
    ],
    test: accessTokens('expires no later than its creator, also if a later expiry is requested'),
  },
  {
    name: 'tokens that a token created are not revoked with it',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'const revoked = [token, ...mine.filter((one) => one.makers?.includes(tokenId))];',
        by: 'const revoked = [token];',
      },
    ],
    test: accessTokens('is revoked with its creator, and so are the tokens that it created'),
  },
  {
    name: 'a token can be created while its creator is revoked',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: `const unchanged = root.made ? { attribute: 'made', is: root.made } : { attribute: 'made', below: 1 };`,
        by: `const unchanged = { exists: 'pk' };`,
      },
    ],
    test: accessTokens('is revoked or not created if its creator is revoked in parallel'),
  },
  {
    name: 'an access token revokes its siblings',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'if (actor.tokenId && actor.tokenId !== tokenId && !token.makers?.includes(actor.tokenId)) {',
        by: 'if (Number.isNaN(0)) {',
      },
    ],
    test: accessTokens('revokes itself and the tokens that it created, but neither its creator nor its siblings'),
  },
  {
    name: 'an access token removes its owner from the organization',
    edits: [
      {
        file: 'lib/domain/member.ts',
        replace: 'if (tokenId && memberId === member.memberId)',
        by: 'if (tokenId && memberId !== memberId)',
      },
    ],
    test: accessTokens('changes and ends other memberships but not its owner’s'),
  },
  {
    name: 'an older ID token reverts a changed address',
    edits: [
      {
        file: 'lib/people/sign-in.ts',
        replace: '  if (person.issuedAt < identity.issuedAt) return false;\n',
        by: '',
      },
    ],
    test: callers('that is older than the one that changed an address doesn’t revert it, and still works'),
  },
  {
    name: 'two requests change an address in one transaction',
    edits: [{ file: 'lib/people/sign-in.ts', replace: '  if (user.email !== email) throw new Stale();\n', by: '' }],
    test: callers('with a new address begins again if another request changes the address in parallel'),
  },
  {
    name: 'a warm function keeps a cached sign-in after a rebind',
    edits: [
      {
        file: 'lib/http/caller.ts',
        replace: 'confirm: async () => claims && cached && confirmSignIn(cached, claims),',
        by: 'confirm: async () => undefined,',
      },
    ],
    test: {
      file: 'test/cdk/operator/rebind.test.ts',
      name: 'a recreated account takes over the old account’s access, and the old account loses it, at once',
    },
  },
  {
    name: 'an acceptance without a link ignores a resend by somebody else',
    edits: [
      {
        file: 'lib/invitations/ending.ts',
        replace: `if (!secret) return { attribute: 'inviterId', is: invitation.inviterId };`,
        by: `if (!secret) return { attribute: 'status', is: 'PENDING' };`,
      },
    ],
    test: {
      file: 'test/functions/invitee.test.ts',
      name: 'checks the inviter of the moment, also if a resend comes between its read and its write',
    },
  },
  {
    name: 'a browser is sent to any origin',
    edits: [{ file: 'lib/domain/redirect.ts', replace: ' && origins.includes(new URL(redirectUrl).origin)', by: '' }],
    test: { file: 'test/lib/domain/redirect.test.ts', name: 'compares whole origins' },
  },
  {
    name: 'a link that was returned to the inviter shows who has accepted',
    edits: [
      {
        file: 'lib/invitations/acceptance.ts',
        replace: `if (!accepter && (!link.secret || isHanded(link))) throw new Refusal('invitation_used');`,
        by: '',
      },
    ],
    test: consent('is accepted by the invited person with sign-in, also repeatedly'),
  },
  {
    name: 'a site invite is mailed to a person who blocked the organization',
    edits: [
      {
        file: 'lib/sites/site-invite-mail.ts',
        replace: `about.invited?.blockedAt ? mutedMail(configuration().product) : compose(invite, about)`,
        by: 'compose(invite, about)',
      },
    ],
    test: blocking('applies to reminders of a pending invitation, to bulk invitations and to site invites'),
  },
  {
    name: 'another organization sees who acted',
    edits: [
      {
        file: 'lib/domain/audit.ts',
        replace: `['user', 'apiKey', 'integration'].includes(auditContext.by.type)`,
        by: `false`,
      },
    ],
    test: {
      file: 'test/functions/volttime-many-ways.test.ts',
      name: 'the audit log has actors and source addresses of its own organization only',
    },
  },
  {
    name: 'JSON of unlimited depth is accepted',
    edits: [{ file: 'lib/domain/json.ts', replace: `if (depth > DEPTH)`, by: `if (depth > 1e9)` }],
    test: {
      file: 'test/lib/domain/json.test.ts',
      name: 'deeper JSON is refused before it is parsed, also if it is incomplete',
    },
  },
  {
    name: 'an unknown key is 401 while requests to the issuer are paused',
    edits: [
      {
        file: 'lib/http/keys.ts',
        replace: `if (youngerThan(PAUSE)) throw unavailable();`,
        by: `if (youngerThan(PAUSE)) throw error;`,
      },
    ],
    test: {
      file: 'test/functions/keys.test.ts',
      name: 'while requests to the issuer are paused, an unknown key is 503, and tokens of known keys are accepted',
    },
  },
  {
    name: 'an access token shows its owner’s other organizations',
    edits: [
      {
        file: 'functions/me/read.ts',
        replace: `[visibleTo(caller, all), visibleTo(caller, invited)]`,
        by: `[all, invited]`,
      },
      {
        file: 'functions/organizations/list.ts',
        replace: `withOrganizations(visibleTo(caller, memberships))`,
        by: `withOrganizations(memberships)`,
      },
    ],
    test: accessTokens('shows its owner’s profile, and memberships and invitations of its own organization only'),
  },
  {
    name: 'more mails than a day’s limit are sent after the limit grows',
    edits: [
      {
        file: 'lib/domain/limits.ts',
        replace: `if ([...used.values()].reduce((sum, mails) => sum + mails, 0) + count > limit) return [];`,
        by: '',
      },
    ],
    test: {
      file: 'test/lib/domain/limits.test.ts',
      name: 'the mails of a day reach the limit exactly, also if it was',
    },
  },
  {
    name: 'concurrent first statements store a key each',
    edits: [{ file: 'lib/table/signing-keys.ts', replace: 'item, when: [when] }', by: 'item }' }],
    test: {
      file: 'test/functions/sessions.test.ts',
      name: 'concurrent first statements make one key, and all are valid',
    },
  },
  {
    name: 'the next signing key signs before it is published',
    edits: [{ file: 'lib/domain/signing-key.ts', replace: 'now.getTime() + PUBLISHED_BEFORE)', by: 'now.getTime())' }],
    test: {
      file: 'test/lib/domain/signing-key.test.ts',
      name: 'whenever the changes are made, every valid statement has a published key',
    },
  },
  {
    name: 'a signing key leaves the list before its last statement has ended',
    edits: [
      {
        file: 'lib/domain/signing-key.ts',
        replace: 'Date.parse(next.signsFrom) + PUBLISHED_AFTER',
        by: 'Date.parse(next.signsFrom)',
      },
    ],
    test: {
      file: 'test/lib/domain/signing-key.test.ts',
      name: 'whenever the changes are made, every valid statement has a published key',
    },
  },
];
