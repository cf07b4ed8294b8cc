import type { Declaration } from '../lib/http/declaration.ts';

/**
 * The table of contents: one line per function, its name being the path of its file. CDK, the local stack, the
 * documents and the data-driven tests all start here.
 */
export const contents = {
  'access-tokens/create': await import('./access-tokens/create.ts'),
  'access-tokens/list': await import('./access-tokens/list.ts'),
  'access-tokens/revoke': await import('./access-tokens/revoke.ts'),
  'audit-logs/list': await import('./audit-logs/list.ts'),
  'events/mail': await import('./events/mail.ts'),
  'fallback/refuse': await import('./fallback/refuse.ts'),
  'health/read': await import('./health/read.ts'),
  'invitations/accept': await import('./invitations/accept.ts'),
  'invitations/bulk': await import('./invitations/bulk.ts'),
  'invitations/create': await import('./invitations/create.ts'),
  'invitations/decline': await import('./invitations/decline.ts'),
  'invitations/list': await import('./invitations/list.ts'),
  'invitations/read': await import('./invitations/read.ts'),
  'invitations/resend': await import('./invitations/resend.ts'),
  'invitations/revoke': await import('./invitations/revoke.ts'),
  'me/erase': await import('./me/erase.ts'),
  'me/read': await import('./me/read.ts'),
  'me/update': await import('./me/update.ts'),
  'members/list': await import('./members/list.ts'),
  'members/read': await import('./members/read.ts'),
  'members/remove': await import('./members/remove.ts'),
  'members/update': await import('./members/update.ts'),
  'organizations/create': await import('./organizations/create.ts'),
  'organizations/delete': await import('./organizations/delete.ts'),
  'organizations/list': await import('./organizations/list.ts'),
  'organizations/read': await import('./organizations/read.ts'),
  'organizations/transfer': await import('./organizations/transfer.ts'),
  'organizations/update': await import('./organizations/update.ts'),
  'pages/accept': await import('./pages/accept.ts'),
  'pages/ask': await import('./pages/ask.ts'),
  'pages/decline': await import('./pages/decline.ts'),
  'pages/invitation': await import('./pages/invitation.ts'),
  'pages/reminders': await import('./pages/reminders.ts'),
  'pages/stop-reminders': await import('./pages/stop-reminders.ts'),
  'papershift/create-team': await import('./papershift/create-team.ts'),
  'papershift/delete-team': await import('./papershift/delete-team.ts'),
  'papershift/list-teams': await import('./papershift/list-teams.ts'),
  'papershift/put-team': await import('./papershift/put-team.ts'),
  'papershift/read-team': await import('./papershift/read-team.ts'),
  'papershift/update-team': await import('./papershift/update-team.ts'),
  'rocketchat/add-members': await import('./rocketchat/add-members.ts'),
  'rocketchat/add-rooms': await import('./rocketchat/add-rooms.ts'),
  'rocketchat/autocomplete': await import('./rocketchat/autocomplete.ts'),
  'rocketchat/convert-to-channel': await import('./rocketchat/convert-to-channel.ts'),
  'rocketchat/create': await import('./rocketchat/create.ts'),
  'rocketchat/delete': await import('./rocketchat/delete.ts'),
  'rocketchat/info': await import('./rocketchat/info.ts'),
  'rocketchat/leave': await import('./rocketchat/leave.ts'),
  'rocketchat/list': await import('./rocketchat/list.ts'),
  'rocketchat/list-all': await import('./rocketchat/list-all.ts'),
  'rocketchat/list-children': await import('./rocketchat/list-children.ts'),
  'rocketchat/list-rooms': await import('./rocketchat/list-rooms.ts'),
  'rocketchat/list-rooms-of-user': await import('./rocketchat/list-rooms-of-user.ts'),
  'rocketchat/members': await import('./rocketchat/members.ts'),
  'rocketchat/remove-member': await import('./rocketchat/remove-member.ts'),
  'rocketchat/remove-room': await import('./rocketchat/remove-room.ts'),
  'rocketchat/update': await import('./rocketchat/update.ts'),
  'rocketchat/update-member': await import('./rocketchat/update-member.ts'),
  'rocketchat/update-room': await import('./rocketchat/update-room.ts'),
  'scheduled/sweep': await import('./scheduled/sweep.ts'),
  'teams/create': await import('./teams/create.ts'),
  'teams/delete': await import('./teams/delete.ts'),
  'teams/list': await import('./teams/list.ts'),
  'teams/list-members': await import('./teams/list-members.ts'),
  'teams/put-member': await import('./teams/put-member.ts'),
  'teams/read': await import('./teams/read.ts'),
  'teams/remove-member': await import('./teams/remove-member.ts'),
  'teams/update': await import('./teams/update.ts'),
};

/** Every function with its declaration, in the order of their names. */
export const functions: readonly { readonly name: string; readonly declaration: Declaration }[] = Object.entries(
  contents,
).map(([name, module]) => ({ name, declaration: declarationOf(module) }));

function declarationOf(module: (typeof contents)[keyof typeof contents]): Declaration {
  if ('endpoint' in module) return module.endpoint;
  return 'schedule' in module ? module.schedule : module.mailEvents;
}
