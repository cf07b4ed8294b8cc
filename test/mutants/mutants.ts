/** A change that takes a guarantee away, and the test that must notice. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly replace: string; readonly by: string }[];
  readonly test: { readonly file: string; readonly name: string };
}

const callers = (name: string) => ({ file: 'test/functions/callers.test.ts', name });
const accessTokens = (name: string) => ({ file: 'test/functions/access-tokens.test.ts', name });
const teams = (name: string) => ({ file: 'test/functions/teams.test.ts', name });
const races = (name: string) => ({ file: 'test/functions/races.test.ts', name });

const chargers = (name: string) => ({ file: 'test/functions/volttime-chargers.test.ts', name });
const sites = (name: string) => ({ file: 'test/functions/volttime-sites.test.ts', name });
const sharing = (name: string) => ({ file: 'test/functions/volttime-sharing.test.ts', name });
const rates = (name: string) => ({ file: 'test/functions/mail-rates.test.ts', name });
const SHARING_LOCK = `    when: [{ attribute: 'sharing', is: sharing }],\n  };`;

const consent = (name: string) => ({ file: 'test/functions/consent.test.ts', name });
const ownership = (name: string) => ({ file: 'test/functions/ownership.test.ts', name });
const blocking = (name: string) => ({ file: 'test/functions/blocking.test.ts', name });

/** Every race that is tested, without the condition that decides it. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a moderator who is none any more puts somebody into a team',
    edits: [{ file: 'lib/teams/team-members.ts', replace: `        { attribute: 'role', in: roles },\n`, by: '' }],
    test: {
      file: 'test/functions/rocketchat.test.ts',
      name: 'whoever was a moderator until just now puts nobody in',
    },
  },
  {
    name: 'accepting writes without its conditions',
    edits: [
      {
        file: 'lib/invitations/acceptance.ts',
        replace: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ]);`,
        by: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ].map((write) => ({ ...write, when: [] })));`,
      },
    ],
    test: races('two parallel accepts of one link make one membership'),
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
    test: races('twenty parallel invitations of one address make one'),
  },
  {
    name: 'a secret may end in a dash',
    edits: [{ file: 'lib/domain/link.ts', replace: '0b111111) < DASH', by: '0b111111) < 64' }],
    test: { file: 'test/lib/domain/secrets.test.ts', name: 'ends in a letter or a digit' },
  },
  {
    name: 'a body that is no UTF-8 is read as far as it can be',
    edits: [
      {
        file: 'lib/http/input.ts',
        replace: `  if (text.includes(REPLACEMENT)) throw new Refusal('malformed_body');\n`,
        by: '',
      },
    ],
    test: { file: 'test/functions/malformed.test.ts', name: 'refuses a body that is no UTF-8' },
  },
  {
    name: 'of a name that stands twice the last counts',
    edits: [{ file: 'lib/http/input.ts', replace: ' || hasNameTwice(text)', by: '' }],
    test: { file: 'test/functions/malformed.test.ts', name: 'refuses a body that is no UTF-8' },
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
    name: 'a parameter that there is none of is passed over',
    edits: [
      {
        file: 'lib/http/endpoint.ts',
        replace: "dialect === 'v1' ? z.catchall",
        by: "dialect === ('' as string) ? z.catchall",
      },
    ],
    test: { file: 'test/functions/methods.test.ts', name: 'refuses a parameter that it has not' },
  },
  {
    name: 'an invitation into a full team is made',
    edits: [
      {
        file: 'lib/invitations/inviting.ts',
        replace: 'if (team.members >= limits.membersOfTeam)',
        by: 'if (team.members < 0)',
      },
    ],
    test: { file: 'test/functions/limits.test.ts', name: 'an invitation into a full team is refused' },
  },
  {
    name: 'an out-of-office reply is a bounce',
    edits: [{ file: 'lib/domain/mail-event.ts', replace: "isReply ? 'reply' : 'softBounce'", by: "'softBounce'" }],
    test: { file: 'test/lib/domain/mail-event.test.ts', name: 'is judged by what it says: a bounce' },
  },
  {
    name: 'whoever says that a mail is no spam complains',
    edits: [{ file: 'lib/domain/mail-event.ts', replace: "if (type === 'not-spam') return 'irrelevant';", by: '' }],
    test: { file: 'test/lib/domain/mail-event.test.ts', name: 'is judged by what it says: feedback' },
  },
  {
    name: 'of roles that are added at the same moment one is lost',
    edits: [
      {
        file: 'lib/teams/put-team-member.ts',
        replace: `        ...(roles === undefined\n          ? []\n          : [present.roles ? { attribute: 'roles', is: present.roles } : { absent: 'roles' }]),\n`,
        by: '',
      },
    ],
    test: { file: 'test/functions/rocketchat.test.ts', name: 'of roles that are added at the same moment' },
  },
  {
    name: 'a name may have nothing to see',
    edits: [
      {
        file: 'lib/domain/user-text.ts',
        replace: '(?![\\p{Default_Ignorable_Code_Point}\\u2800\\ufffc\\u{1d159}])',
        by: '',
      },
    ],
    test: { file: 'test/lib/domain/names.test.ts', name: 'of nothing that is seen is none' },
  },
  {
    name: '31 February is 3 March',
    edits: [{ file: 'lib/domain/moment.ts', replace: ' || !isDay(day)', by: '' }],
    test: { file: 'test/lib/domain/moment.test.ts', name: 'is none' },
  },
  {
    name: 'a lasting stage may have a placeholder for a sender',
    edits: [
      {
        file: 'cdk/config.ts',
        replace: '(isDisposable(stage) ? StageConfig : PermanentStageConfig)',
        by: 'StageConfig',
      },
    ],
    test: { file: 'test/cdk/config.test.ts', name: 'takes a placeholder at' },
  },
  {
    name: 'an invitation ends without having to be pending',
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
    test: races('of an accept and a revoke at the same moment exactly one wins'),
  },
  {
    name: 'an event of a mail may be recorded again',
    edits: [
      { file: 'lib/invitations/mail-events.ts', replace: 'if (known || !invitation', by: 'if (!invitation' },
      { file: 'lib/invitations/mail-events.ts', replace: `        when: [{ absent: 'pk' }],\n`, by: '' },
    ],
    test: {
      file: 'test/functions/mail-events.test.ts',
      name: 'what was recorded once is not recorded again after what followed it',
    },
  },
  {
    name: 'events of a mail overwrite each other',
    edits: [
      {
        file: 'lib/invitations/mail-events.ts',
        replace: `          delivery ? { attribute: 'delivery', is: delivery } : { absent: 'delivery' },\n`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/mail-events.test.ts',
      name: 'in whatever order events come, and all at once, what says most stays',
    },
  },
  {
    name: "the actor's role is no condition of the write",
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: `actorIs(actor, { attribute: 'role', in: roles })`,
        by: 'actorIs(actor)',
      },
    ],
    test: races('of two admins who demote each other at the same moment exactly one succeeds'),
  },
  {
    name: "the actor's membership is no condition of the write",
    edits: [
      {
        file: 'lib/organizations/members.ts',
        replace: `    ...(leaving ? actorIs(actor) : actorMay(actor, 'member:remove')),\n`,
        by: '',
      },
    ],
    test: races('of two admins who remove each other at the same moment exactly one succeeds'),
  },
  {
    name: 'a warm function remembers memberships',
    edits: [
      {
        file: 'lib/http/organization.ts',
        replace: 'getMembership(caller.userId, organizationId),',
        by: '(remembered[caller.userId + organizationId] ??= getMembership(caller.userId, organizationId)),',
      },
      {
        file: 'lib/http/organization.ts',
        replace: 'function namedIn(',
        by: 'const remembered: Record<string, ReturnType<typeof getMembership>> = {};\nfunction namedIn(',
      },
    ],
    test: races('removing a member refuses every request begun after it'),
  },
  {
    name: 'a seat is taken without asking whether there is room',
    edits: [{ file: 'lib/table/counters.ts', replace: '...(room && {', by: '...(room === null && {' }],
    test: { file: 'test/functions/limits.test.ts', name: 'pending invitations, and seats that they reserve' },
  },
  {
    name: 'a resend goes by no state of what it replaces',
    edits: [
      {
        file: 'lib/invitations/resending.ts',
        replace: `        { attribute: 'secrets', is: invitation.secrets },\n`,
        by: '',
      },
    ],
    test: races('parallel resends leave one good link'),
  },
  {
    name: 'a link that was replaced meanwhile is good for accepting',
    edits: [
      {
        file: 'lib/invitations/ending.ts',
        replace: `...(link ? [{ attribute: isHanded(link) ? 'handedSecrets' : 'secrets', contains: hashSecret(link.secret) }] : []),`,
        by: '',
      },
    ],
    test: races('of an accept and a resend at the same moment'),
  },
  {
    name: 'a placeholder is taken over whoever has claimed it meanwhile',
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
        replace: `    user: [{ attribute: 'claimed', is: false }],`,
        by: '    user: [],',
      },
      {
        file: 'lib/people/take-over.ts',
        replace: `    when: [{ attribute: 'claimed', is: false }],\n  };`,
        by: `    when: [{ exists: 'claimed' }],\n  };`,
      },
    ],
    test: races('two identities that claim one placeholder at once'),
  },
  {
    name: 'a new invitation is requested however often somebody presses',
    edits: [
      { file: 'lib/invitations/renewal-request.ts', replace: `        { absent: 'renewalRequestedAt' },\n`, by: '' },
    ],
    test: { file: 'test/functions/pages.test.ts', name: 'is a second time a page without a mail' },
  },
  {
    name: 'a mail to an inviter is sent by whoever finds it',
    edits: [
      {
        file: 'lib/outbox/outbox.ts',
        replace: `set: claimed, when: [isClaimed(item)]`,
        by: `set: claimed, when: [{ exists: 'pk' }]`,
      },
    ],
    test: { file: 'test/functions/pages.test.ts', name: 'succeeds while SES is down; the sweep sends the mail, once' },
  },
  {
    name: 'reminders are stopped however often somebody asks',
    edits: [{ file: 'lib/invitations/reminders.ts', replace: `, { absent: 'remindersStoppedAt' }]`, by: ']' }],
    test: { file: 'test/functions/reminders.test.ts', name: 'is recorded once, as done by the holder of the link' },
  },
  {
    name: 'a team may have a name that another one has',
    edits: [
      {
        file: 'lib/teams/create-team.ts',
        replace: `    when: [{ absent: 'pk' }],\n    refuse: 'team_name_taken',`,
        by: `    refuse: 'team_name_taken',`,
      },
    ],
    test: teams('of the same name is made once'),
  },
  {
    name: 'teams are moved whatever else was moved meanwhile',
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
    name: 'the last owner of a team may leave it',
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
    name: 'a site may be deleted with a charger that comes',
    edits: [{ file: 'lib/sites/site-changes.ts', replace: `        { attribute: 'chargers', is: 0 },\n`, by: '' }],
    test: chargers('a site has no more chargers than it may, also at once, and is not deleted while one comes'),
  },
  {
    name: 'a site may have more chargers than it may',
    edits: [
      {
        file: 'lib/sites/charger-changes.ts',
        replace: `        { attribute: 'chargers', below: limits.chargersOfSite },\n`,
        by: '',
      },
    ],
    test: chargers('a site has no more chargers than it may, also at once, and is not deleted while one comes'),
  },
  {
    name: 'a team may be deleted with a site that comes',
    edits: [
      {
        file: 'lib/teams/delete-team.ts',
        replace: `when: [{ attribute: 'sites', below: 1 }]`,
        by: `when: [{ exists: 'pk' }]`,
      },
    ],
    test: sites('a team that owns sites is not deleted, also when both come at once'),
  },
  {
    name: 'a team may own more sites than it may',
    edits: [
      { file: 'lib/sites/sharing.ts', replace: `...limited.map((attribute) => ({ attribute, below: limit }))`, by: '' },
    ],
    test: sites('a team owns no more sites than it may, also at once'),
  },
  {
    name: 'a site may be transferred twice at once',
    edits: [
      { file: 'lib/sites/sharing.ts', replace: SHARING_LOCK, by: '  };' },
      { file: 'lib/sites/sharing.ts', replace: `when: [{ exists: 'pk' }, ...limited`, by: 'when: [...limited' },
    ],
    test: sharing('of two transfers the second is refused'),
  },
  {
    name: 'an access may name a charger that is deleted',
    edits: [{ file: 'lib/sites/sharing.ts', replace: SHARING_LOCK, by: '  };' }],
    test: sharing('a charger that was deleted is in no access'),
  },
  {
    name: 'a team that is deleted may own a site',
    edits: [{ file: 'lib/sites/sharing.ts', replace: `when: [{ exists: 'pk' }, ...limited`, by: 'when: [...limited' }],
    test: sharing('a team that was deleted is made no owner'),
  },
  {
    name: 'whoever managed a site may grant its data',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: `  return actorManages(actor, teamMembership, team);`,
        by: `  return actorManages(actor, teamMembership, team).map(() => ({ type: 'check', key: keys.user(actor.userId), when: [{ exists: 'pk' }] }));`,
      },
    ],
    test: sharing('whoever was removed, or is no owner any more, grants nothing'),
  },
  {
    name: 'an access that is cleared may be counted twice',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: `key: keys.siteAccess(siteId, teamId), when: [{ exists: 'pk' }] },\n    { type: 'delete', key: keys.siteOfTeam`,
        by: `key: keys.siteAccess(siteId, teamId) },\n    { type: 'delete', key: keys.siteOfTeam`,
      },
    ],
    test: sharing('of a site that is deleted: at the next request, for many teams'),
  },
  {
    name: 'a link that the inviter got accepts alone',
    edits: [
      { file: 'lib/domain/invitation.ts', replace: `  } else if (needsSignIn(link)) {`, by: '  } else if (!link) {' },
    ],
    test: consent('proves nothing'),
  },
  {
    name: 'a link that the inviter got works alone once there was a mail',
    edits: [
      {
        file: 'lib/domain/invitation.ts',
        replace: `  if (link.invitation.secrets.length > 0) throw new Refusal('invitation_superseded');\n  return true;`,
        by: `  return link.invitation.secrets.length === 0;`,
      },
    ],
    test: consent('keeps its rule beside that of a mail'),
  },
  {
    name: 'the token of an answer accepts an invite to a site for anybody',
    edits: [
      {
        file: 'lib/domain/site-invite.ts',
        replace: `if (!isMailed(invite, secret) && email !== invite.email)`,
        by: 'if (!email)',
      },
    ],
    test: { file: 'test/functions/volttime-invites.test.ts', name: 'the token of the answer is the invited address' },
  },
  {
    name: 'an organization is told from where somebody changed their profile',
    edits: [
      {
        file: 'lib/domain/audit.ts',
        replace: `origin: { ...occasion.origin, sourceAddress: null }`,
        by: 'origin: occasion.origin',
      },
    ],
    test: consent('not from where they come when they change their profile'),
  },
  {
    name: 'an offer of ownership may be used when it has ended',
    edits: [
      {
        file: 'lib/organizations/ownership.ts',
        replace: `, offer ? { attribute: 'offer', is: offer } : { absent: 'offer' }],`,
        by: '],',
      },
    ],
    test: ownership('that ends between the look and the write is not accepted'),
  },
  {
    name: 'an owner leaves whom somebody has joined',
    edits: [
      { file: 'lib/organizations/organizations.ts', replace: `...(counters ? membersAre(id, counters) : []),`, by: '' },
    ],
    test: ownership('does not while somebody else is'),
  },
  {
    name: 'an invitation is made as if nobody had blocked it',
    edits: [
      {
        file: 'lib/invitations/inviting.ts',
        replace: `invited?.blockedAt ? { exists: 'blockedAt' } : { absent: 'blockedAt' },`,
        by: '',
      },
    ],
    test: blocking('that is said between the look and the write of'),
  },
  {
    name: 'an invitation is resent as if nobody had blocked it',
    edits: [
      {
        file: 'lib/invitations/resending.ts',
        replace: `invitation.muted ? { exists: 'muted' } : { absent: 'muted' },`,
        by: '',
      },
    ],
    test: blocking('that is said between the look and the write of'),
  },
  {
    name: 'what doesn’t fit into one transaction of a placeholder stays behind',
    edits: [
      { file: 'lib/people/sign-in.ts', replace: `    await takeOverTeamMemberships(holder.userId, user);\n`, by: '' },
    ],
    test: teams('a placeholder’s places go over in more transactions than one'),
  },
  {
    name: 'a grant of sensitive data is for whatever its team has access to',
    edits: [
      {
        file: 'lib/domain/visibility.ts',
        replace: `grants.filter((grant) => isInForce(grant, now)),\n  );`,
        by: `grants.filter((grant) => isInForce(grant, now)).map((grant) => ({ ...grant, assets: undefined })) as never,\n  );`,
      },
    ],
    test: { file: 'test/lib/domain/site.test.ts', name: 'some with it, more without' },
  },
  {
    name: 'limiting an access leaves its grants as they were',
    edits: [
      { file: 'lib/sites/site-teams.ts', replace: `limitedGrants(access.grants, assets)`, by: `access.grants ?? []` },
    ],
    test: sharing('limited and widened again, a team sees what is sensitive of the chargers that were left'),
  },
  {
    name: 'mails to a mailbox are counted for all organizations together',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: '[organizationId, mailsToAddress],',
        by: `['any', mailsToAddress],`,
      },
    ],
    test: rates('each organization has a share that no other uses up'),
  },
  {
    name: 'mails to a mailbox are not counted by person',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: '...(userId === undefined ? [] : [[userId, mailsToAddress] as const]),',
        by: '',
      },
    ],
    test: rates('of one person, in however many organizations'),
  },
  {
    name: 'mails to a mailbox are not counted for all',
    edits: [{ file: 'lib/table/rates.ts', replace: `['all', mailsToAddressOfAll],`, by: '' }],
    test: rates('of all together, whoever causes them'),
  },
  {
    name: 'a tag makes another mailbox',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: 'Map.groupBy(addresses, mailboxOf)',
        by: 'Map.groupBy(addresses, String)',
      },
    ],
    test: rates('what has a tag goes to the mailbox without it'),
  },
  {
    name: 'a row of the mails of a day has no end',
    edits: [
      {
        file: 'lib/table/rates.ts',
        replace: `when: [{ attribute: 'count', below: share - times + 1 }],`,
        by: 'when: [],',
      },
    ],
    test: rates('of one person, also in an organization that many are in'),
  },
  {
    name: 'a new organization has what others have',
    edits: [
      {
        file: 'lib/domain/limits.ts',
        replace: 'limits.mailsOfNewOrganization + MAILS_BY_ACCEPTANCE * accepted',
        by: '1e9',
      },
    ],
    test: rates('a new organization causes few'),
  },
  {
    name: 'the sweep goes by when something was due alone',
    edits: [{ file: 'lib/outbox/sweep.ts', replace: 'const round = roundRobin(', by: 'const round = (' }],
    test: {
      file: 'test/functions/sweep.test.ts',
      name: 'the mails of an organization don’t wait behind the bulk of another',
    },
  },
  {
    name: 'due work is done of an item that lacks what its type has',
    edits: [{ file: 'lib/table/items.ts', replace: 'if (typeof item[field] !== type)', by: 'if (item.pk === field)' }],
    test: { file: 'test/functions/sweep.test.ts', name: 'what a version can’t make sense of is put off once' },
  },
  {
    name: 'due work of an unknown type stays first in line',
    edits: [{ file: 'lib/outbox/sweep.ts', replace: '      await postpone(key, now);\n', by: '' }],
    test: { file: 'test/functions/sweep.test.ts', name: 'what a version can’t make sense of is put off once' },
  },
  {
    name: 'due work under a key of a newer version stays first in line',
    edits: [{ file: 'cdk/constructs/function.ts', replace: ', postponeStatement(table.tableArn)', by: '' }],
    test: { file: 'test/functions/sweep.test.ts', name: 'what a version can’t make sense of is put off once' },
  },
  {
    name: 'an invite is withdrawn that was accepted a moment ago',
    edits: [
      {
        file: 'lib/sites/site-invites.ts',
        replace: `        { attribute: 'status', is: 'PENDING' },\n        { attribute: 'delivery', is: delivery },`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/volttime-invites.test.ts',
      name: 'that is accepted between the look and the write of who withdraws it',
    },
  },
  {
    name: 'a link of before an invite was resent accepts it',
    edits: [
      {
        file: 'lib/sites/site-invites.ts',
        replace: `        { attribute: 'mailSecrets', is: invite.mailSecrets },`,
        by: '',
      },
    ],
    test: {
      file: 'test/functions/volttime-invites.test.ts',
      name: 'between the look and the write of who accepts it',
    },
  },
  {
    name: 'an identity may be had twice in an organization',
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
    name: 'identities stay in the organization from which their site went',
    edits: [
      {
        file: 'lib/sites/sharing.ts',
        replace: '...(site.organizationId === organizationId ? [] : [siteJob(site.id, occasion.now)]),',
        by: '',
      },
    ],
    test: chargers('nobody learns what identities other organizations have'),
  },
  {
    name: 'a token makes one that outlives it',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'const expiresAt = maker ? earlier(maker.expiresAt, wanted) : wanted;',
        by: 'const expiresAt = wanted;',
      },
    ],
    test: accessTokens('ends no later than its maker, whatever it asks for'),
  },
  {
    name: 'what a token made isn’t revoked with it',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'const revoked = [token, ...mine.filter((one) => one.makers?.includes(tokenId))];',
        by: 'const revoked = [token];',
      },
    ],
    test: accessTokens('is revoked with its maker, and so is what it made'),
  },
  {
    name: 'a token is made while its maker is revoked',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: `const unchanged = root.made ? { attribute: 'made', is: root.made } : { attribute: 'made', below: 1 };`,
        by: `const unchanged = { exists: 'pk' };`,
      },
    ],
    test: accessTokens('that is made while its maker is revoked is revoked too, or never was'),
  },
  {
    name: 'a token revokes those beside it',
    edits: [
      {
        file: 'lib/people/access-tokens.ts',
        replace: 'if (actor.tokenId && actor.tokenId !== tokenId && !token.makers?.includes(actor.tokenId)) {',
        by: 'if (Number.isNaN(0)) {',
      },
    ],
    test: accessTokens('revokes itself and what it made, neither its maker nor those beside it'),
  },
  {
    name: 'a token takes out its owner',
    edits: [
      {
        file: 'lib/domain/member.ts',
        replace: 'if (tokenId && memberId === member.memberId)',
        by: 'if (tokenId && memberId !== memberId)',
      },
    ],
    test: accessTokens('changes and ends nobody’s membership but others’'),
  },
  {
    name: 'an older ID token turns a changed address back',
    edits: [
      {
        file: 'lib/people/sign-in.ts',
        replace: '  if (person.issuedAt < identity.issuedAt) return false;\n',
        by: '',
      },
    ],
    test: callers('that is older than what changed an address doesn’t turn it back, and goes on working'),
  },
  {
    name: 'two requests change an address in one transaction',
    edits: [{ file: 'lib/people/sign-in.ts', replace: '  if (user.email !== email) throw new Stale();\n', by: '' }],
    test: callers('that shows a new address while another request changes it begins again'),
  },
  {
    name: 'a warm function keeps a sign-in that has moved',
    edits: [
      {
        file: 'lib/http/caller.ts',
        replace: 'confirm: async () => claims && cached && confirmSignIn(cached, claims),',
        by: 'confirm: async () => undefined,',
      },
    ],
    test: {
      file: 'test/cdk/rebind/run.test.ts',
      name: 'an account made anew has what the old one had, and the old one nothing, at once',
    },
  },
  {
    name: 'two accounts are one person’s when the issuer has changed',
    edits: [
      {
        file: 'lib/people/sign-in.ts',
        replace: `{ type: 'delete', key: keys.identity(from), when: [{ attribute: 'userId', is: userId }] },`,
        by: `{ type: 'delete', key: keys.identity(from) },`,
      },
      {
        file: 'lib/people/sign-in.ts',
        replace: `set: { identity }, when: [{ attribute: 'identity', is: from }] },`,
        by: 'set: { identity } },',
      },
    ],
    test: {
      file: 'test/functions/issuer-change.test.ts',
      name: 'by address: whoever has it verified at the new issuer is who had it at the old one, once',
    },
  },
  {
    name: 'a link that the inviter got shows who has accepted',
    edits: [
      {
        file: 'lib/invitations/acceptance.ts',
        replace: `if (!accepter && isHanded(link)) throw new Refusal('invitation_used');`,
        by: '',
      },
    ],
    test: consent('is accepted by the invited person who is signed in'),
  },
  {
    name: 'an invite to a site is mailed to who wants no more',
    edits: [
      {
        file: 'lib/sites/site-invite-mail.ts',
        replace: `about.invited?.blockedAt ? mutedMail(configuration().product) : compose(invite, about)`,
        by: 'compose(invite, about)',
      },
    ],
    test: blocking('holds for reminders of the invitation that waits'),
  },
  {
    name: 'another organization is told who acted',
    edits: [
      { file: 'lib/domain/audit.ts', replace: `type === 'user' || type === 'apiKey'`, by: `type === 'organization'` },
    ],
    test: { file: 'test/functions/volttime-many-ways.test.ts', name: 'who acted and from where is told' },
  },
  {
    name: 'what is nested without end is walked',
    edits: [{ file: 'lib/domain/json.ts', replace: `if (depth > DEPTH)`, by: `if (depth > 1e9)` }],
    test: { file: 'test/lib/domain/json.test.ts', name: 'what is nested deeper is refused' },
  },
  {
    name: 'an unknown key is 401 while the issuer isn’t asked',
    edits: [
      {
        file: 'lib/http/keys.ts',
        replace: `if (youngerThan(PAUSE)) throw unavailable();`,
        by: `if (youngerThan(PAUSE)) throw error;`,
      },
    ],
    test: { file: 'test/functions/keys.test.ts', name: 'while the issuer isn’t asked again' },
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
    test: accessTokens('shows its owner, and of what else'),
  },
  {
    name: 'mails of a day are more when the limit grows',
    edits: [
      {
        file: 'lib/domain/limits.ts',
        replace: `if ([...used.values()].reduce((sum, mails) => sum + mails, 0) + count > limit) return [];`,
        by: '',
      },
    ],
    test: { file: 'test/lib/domain/limits.test.ts', name: 'mails of a day are as many as may be' },
  },
];
