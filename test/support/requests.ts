import { roomIdOf } from '../../lib/dialects/rocketchat/show.ts';
import { teamIdAsHex, teamIdAsUuid, teamIdFromHex } from '../../lib/domain/team.ts';
import type { Contract } from './contract.ts';
import { type Client, newAddress, type Sending, type Service } from './service.ts';
import { share } from './sharing.ts';

/** An organization, and who acts in it: its owner, if not somebody else. */
export interface Home {
  readonly id: string;
  readonly owner: Client;
}

/** A request that an endpoint takes. */
export interface Example extends Sending {
  readonly route: string;
  /** Who sends it, where it isn't the owner. */
  readonly by?: Client;
}

type Maker<T> = (service: Service, home: Home, invited: string, id?: string) => Promise<T>;

/**
 * What an endpoint takes beside ids in its path and the `example` of its file, where it needs something that is there:
 * ids, tokens of links, a caller. Made anew each time.
 */
const EXAMPLES: Partial<Record<Contract['name'], Maker<Omit<Example, 'route'> & { readonly query?: string }>>> = {
  'access/explain': async (...at) => {
    const { data } = (await at[1].owner.call('GET /v1/access')).body;
    if (data.length === 0) await siteUuid(...at);
    return {};
  },
  'invitations/accept': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'invitations/block': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'invitations/decline': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'me/block-organization': async (service, home) => ({ by: await guestOf(service, home) }),
  'me/unblock-organization': async (service, home) => {
    const guest = await guestOf(service, home);
    await guest.call(`PUT /v1/me/blocked-organizations/${home.id}`);
    return { by: guest };
  },
  'organizations/accept-ownership': async (service, home) => ({ by: await offered(service, home) }),
  'organizations/decline-ownership': async (service, home) => ({ by: await offered(service, home) }),
  'organizations/withdraw-ownership': async (service, home) => {
    await offered(service, home);
    return {};
  },
  'organizations/transfer': async (...at) => ({ body: { memberId: (await claimedMember(at[0], at[1])).memberId } }),
  'papershift/update-team': async (_service, _home, _invited, id) => ({
    body: teamDocument({ name: newAddress('team') }, id),
  }),
  'rocketchat/add-members': async (service, home) => ({
    body: { teamId: await teamHex(home), members: [{ userId: (await teamUser(service, home)).userId }] },
  }),
  'rocketchat/add-rooms': async (_, home) => ({ body: { teamId: await teamHex(home), rooms: ['GENERAL'] } }),
  'rocketchat/autocomplete': async () => ({ query: '?name=team' }),
  'rocketchat/convert-to-channel': async (_, home) => ({ body: { teamId: await teamHex(home) } }),
  'rocketchat/delete': async (_, home) => ({ body: { teamId: await teamHex(home) } }),
  'rocketchat/info': async (_, home) => ({ query: `?teamId=${await teamHex(home)}` }),
  'rocketchat/leave': async (service, home) => ({ body: { teamId: await sharedTeam(service, home) } }),
  'rocketchat/list': async (service, home) => {
    await sharedTeam(service, home);
    return {};
  },
  'rocketchat/list-children': async (service, home) => ({ query: `?teamId=${await sharedTeam(service, home)}` }),
  'rocketchat/list-rooms': async (_, home) => ({ query: `?teamId=${await teamHex(home)}` }),
  'rocketchat/list-rooms-of-user': async (_, home) => ({
    query: `?teamId=${await teamHex(home)}&userId=${await ownId(home)}`,
  }),
  'rocketchat/members': async (_, home) => ({ query: `?teamId=${await teamHex(home)}` }),
  'rocketchat/remove-member': async (service, home) => {
    const teamId = await teamHex(home);
    return { body: { teamId, userId: (await teamUser(service, home, teamId)).userId } };
  },
  'rocketchat/remove-room': async (_, home) => ({ body: { teamId: await teamHex(home), roomId: 'GENERAL' } }),
  'rocketchat/update': async (_, home) => ({ body: { teamId: await teamHex(home), data: { name: roomName() } } }),
  'rocketchat/update-member': async (service, home) => {
    const teamId = await teamHex(home);
    const { userId } = await teamUser(service, home, teamId);
    return { body: { teamId, member: { userId, roles: ['moderator'] } } };
  },
  'rocketchat/update-room': async (_, home) => ({
    body: { roomId: roomIdOf(teamIdFromHex(await teamHex(home))), isDefault: true },
  }),
  'volttime/create-site': async (...at) => ({
    body: { name: 'Depot', team_uuid: await teamUuid(...at), address: 'Quay 1', timezone: 'Europe/Amsterdam' },
  }),
  'volttime/list-sites': async (...at) => {
    const { data } = (await at[1].owner.call('GET /api/v3/sites')).body;
    if (data.length === 0) await siteUuid(...at);
    return {};
  },
  'volttime/list-chargers': async (...at) => {
    const { data } = (await at[1].owner.call('GET /api/v3/chargers')).body;
    if (data.length === 0) await chargerUuid(...at);
    return {};
  },
  'volttime/update-asset-access': async (_service, { owner }, _invited, site) => {
    const made = await owner.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity: newIdentity() } });
    const accessible = [{ asset_type: 'charger', asset_id: made.body.data.id }];
    return { body: { access_of_assets: 'limited_access', accessible_assets: accessible } };
  },
  'volttime/accept-invite': async (...at) => {
    // Whoever invites is somebody else than who accepts.
    const inviter = { ...at[1], owner: await at[0].member(at[1].owner, 'ADMIN') };
    const { mailed: token } = await inviteTeam(at[0], inviter, at[2]);
    return { body: { token, team_uuid: await teamUuid(...at) } };
  },
  'pages/accept-site-invite': async (...at) => {
    const { mailed } = await inviteTeam(...at);
    return form(mailed, `&team=${await teamUuid(...at)}`);
  },
  'pages/decide-sensitive-data': async (...at) => form(await requestToken(...at), '&decision=granted'),
  'pages/sensitive-data': async (...at) => ({ query: `?token=${await requestToken(...at)}` }),
  'pages/site-invite': async (...at) => ({ query: `?token=${(await inviteTeam(...at)).mailed}` }),
  'pages/accept': async (...at) => form(await invitationToken(...at)),
  'pages/ask': async (service, home, ...invited) => {
    await service.clock('-8d');
    // A token of now would be one of the future.
    const then = { ...home, owner: (await service.person(home.owner.email)).in(home.id) };
    const token = await invitationToken(service, then, ...invited);
    await service.clock(0);
    return form(token);
  },
  'pages/blocking': async (...at) => ({ query: `?token=${await invitationToken(...at)}` }),
  'pages/block': async (...at) => form(await invitationToken(...at)),
  'pages/decline': async (...at) => form(await invitationToken(...at)),
  'pages/invitation': async (...at) => ({ query: `?token=${await invitationToken(...at)}` }),
  'pages/reminders': async (...at) => ({ query: `?token=${await stopToken(...at)}` }),
  'pages/stop-reminders': async (...at) => ({ query: `?token=${await stopToken(...at)}` }),
};

/** What a page's form sends. */
function form(token: string, more = ''): Sending {
  return { body: `token=${token}${more}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}

/** The UUID of a new team. */
const teamUuid: Maker<string> = async (_, { owner }) =>
  (await owner.call('POST /api/v3/teams', { body: volttimeTeam() })).body.data.uuid;

/** The UUID of a new site. */
const siteUuid: Maker<string> = async (...at) => {
  const body = { name: 'Depot', team_uuid: await teamUuid(...at) };
  return (await at[1].owner.call('POST /api/v3/sites', { body })).body.data.uuid;
};

/** The UUID of a new team that has access to a site, with sensitive data. */
async function sharingTeam(site: string, ...at: Parameters<Maker<string>>): Promise<string> {
  const team = await teamUuid(...at);
  await share(at[0], site, team, { sensitive: {} });
  return team;
}

/** The tokens of a new invite of the owner to a site of theirs: that of the answer, and that of the mail. */
const inviteTeam: Maker<{ token: string; mailed: string }> = async (...at) => {
  const { owner } = at[1];
  const made = await owner.call(`POST /api/v3/sites/${await siteUuid(...at)}/teams/invite`, {
    body: { email: owner.email },
  });
  return { token: made.body.invite_token, mailed: await at[0].linkToken(owner.email) };
};

/** The integer of a new invite to a site. */
async function inviteNumber(service: Service, { owner }: Home, site: string): Promise<string> {
  // Of somebody new each: a person makes five a minute.
  const admin = await service.member(owner, 'ADMIN');
  const made = await admin.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email: newAddress() } });
  return String(made.body.invite.id);
}

/** The token of the mailed link of a new request for sensitive data. */
const requestToken: Maker<string> = async (...at) => {
  const { owner } = at[1];
  const site = await siteUuid(...at);
  const team = await teamUuid(...at);
  await share(at[0], site, team);
  await owner.call(`POST /api/v3/sites/${site}/teams/${team}/request-sensitive-data`, {
    body: { reason: 'To repair them', requested_expires_never: true },
  });
  return at[0].linkToken(owner.email);
};

/** The UUID of a new charger, on a site of its own. */
const chargerUuid: Maker<string> = async (...at) => {
  const site = await siteUuid(...at);
  return (await at[1].owner.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity: newIdentity() } })).body
    .data.uuid;
};

/** The integer of a new team that has a charger. */
const owningTeam: Maker<string> = async (...at) => {
  const { owner } = at[1];
  const { id, uuid } = (await owner.call('POST /api/v3/teams', { body: volttimeTeam() })).body.data;
  const site = (await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: uuid } })).body.data;
  await owner.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity: newIdentity() } });
  return `${id}`;
};

/** A name that nothing has yet. */
function newName(name: string): string {
  return newAddress(name).split('@')[0] as string;
}

/** What a charger calls itself that nobody has heard of. */
function newIdentity(): string {
  return newName('CP');
}

/** The fields in which an example has a name that may be there once. */
const NAMES = ['name', 'identity'];

/** An example with addresses and names that are new. @param field in which it stands */
function renewed(example: unknown, field = ''): unknown {
  if (typeof example === 'string') {
    if (example.endsWith('@example.com')) return newAddress();
    return NAMES.includes(field) ? newName(example) : example;
  }
  if (Array.isArray(example)) return example.map((each) => renewed(each));
  if (typeof example !== 'object' || example === null) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, renewed(value, key)]));
}

/** What makes a team at Volt Time. */
function volttimeTeam() {
  return { name: newAddress('team'), email: newAddress(), type: 'Company' };
}

/** A document about a team, as Papershift has it. */
export function teamDocument(attributes: Readonly<Record<string, unknown>>, id?: string) {
  return { data: { ...(id !== undefined && { id }), type: 'team', attributes } };
}

/** A name that Rocket.Chat takes. */
export function roomName(): string {
  return newName('team');
}

/** A new team of the owner, by the id that Rocket.Chat's dialect has for it. */
async function teamHex({ owner }: Home): Promise<string> {
  return teamIdAsHex((await owner.call('POST /v1/teams', { body: { name: roomName() } })).body.id);
}

/** A new member, who is put into a team if one is named. */
async function teamUser(
  service: Service,
  { owner }: Home,
  hex?: string,
): Promise<{ userId: string; memberId: string }> {
  const { memberId } = await service.member(owner, 'USER');
  if (hex) await owner.call(`PUT /v1/teams/${teamIdFromHex(hex)}/members/${memberId}`, { body: {} });
  return { memberId, userId: (await owner.call(`GET /v1/members/${memberId}`)).body.userId };
}

/** A new team that the first members of the organization, and a new one, own. */
async function sharedTeam(service: Service, home: Home): Promise<string> {
  const hex = await teamHex(home);
  const { memberId } = await service.member(home.owner, 'USER');
  const first = (await home.owner.call('GET /v1/members?perPage=5')).body.data as { id: string }[];
  for (const id of new Set([...first.map((member) => member.id), memberId])) {
    await home.owner.call(`PUT /v1/teams/${teamIdFromHex(hex)}/members/${id}`, { body: { role: 'OWNER' } });
  }
  return hex;
}

async function ownId({ owner }: Home): Promise<string> {
  return (await owner.call('GET /v1/me')).body.id;
}

/** The id of something new that the owner may touch, by the word before `{id}` in a path. */
const IDS: Readonly<Record<string, Maker<string>>> = {
  'access-tokens': async (_, { owner }) =>
    (await owner.call('POST /v1/access-tokens', { body: { name: 'Test' } })).body.id,
  invitations: async (_, { owner }) =>
    (await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } })).body.id,
  members: async (service, { owner }) => (await service.member(owner, 'USER')).memberId,
  teams: async (_, { owner }) => (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id,
};

/** What to do where an endpoint with a body shows none. */
function withoutExample(name: string): string {
  return `Write an example of the body into functions/${name}.ts, beside \`returns\`: export const example = { name: 'Berlin' }; one that needs ids of something new goes into EXAMPLES of test/support/requests.ts.`;
}

/**
 * A request that an endpoint takes from the owner of an organization, about something new in it.
 *
 * @param invited whom a link is for, if it is about one
 */
export async function exampleOf(
  { name, declaration: { route, body, dialect }, example }: Contract,
  service: Service,
  home: Home,
  invited = newAddress(),
): Promise<Example> {
  const make = EXAMPLES[name];
  if (body && !make && example === undefined) throw new Error(withoutExample(name));
  const [, kind] = /([^/]+)\/\{id\}/.exec(route) ?? [];
  const makeId = kind === undefined ? async () => '' : IDS[kind];
  if (!makeId) throw new Error(`Add what {id} is in ${route} to IDS in test/support/requests.ts.`);
  const made = await makeId(service, home, invited);
  const id = dialect === 'papershift' && made ? teamIdAsUuid(made) : made;
  const site = route.includes('{site}') ? await siteUuid(service, home, invited) : '';
  const own = example === undefined ? {} : { body: renewed(example) };
  const { query = '', ...sending } = { ...own, ...(await make?.(service, home, invited, id || site)) };
  const path = route
    .replace('{organizationId}', home.id)
    .replace('{id}', id)
    .replace('{site}', site)
    .replace('{team}', route.includes('{team}') ? await sharingTeam(site, service, home, invited) : '')
    .replace('{invite}', route.includes('{invite}') ? await inviteNumber(service, home, site) : '')
    .replace('{charger}', route.includes('{charger}') ? await chargerUuid(service, home, invited) : '')
    .replace('{team_id}', route.includes('{team_id}') ? await owningTeam(service, home, invited) : '')
    .replace('{memberId}', route.includes('{memberId}') ? await teamMemberOf(name, service, home, id) : '');
  const missing = /\{\w+\}/.exec(path);
  if (missing) throw new Error(`Say in test/support/requests.ts what ${missing} is in ${route}.`);
  return { ...sending, route: path + query };
}

/** Somebody who is put into a team, or is in it already. */
async function teamMemberOf(name: string, service: Service, { owner }: Home, teamId: string): Promise<string> {
  const { memberId } = await service.member(owner, 'USER');
  if (name !== 'teams/put-member') await owner.call(`PUT /v1/teams/${teamId}/members/${memberId}`, { body: {} });
  return memberId;
}

/** The token of the mailed link of a new invitation. */
const invitationToken: Maker<string> = async (service, { owner }, email) => {
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  return service.linkToken(email);
};

/** The token by which the reminders of a new invitation are stopped. */
const stopToken: Maker<string> = async (service, home, email) => {
  await invitationToken(service, home, email);
  return service.linkToken(email, 'stop');
};

/** Somebody whom an owner invites to each of their organizations. */
async function guestOf(service: Service, { owner }: Home): Promise<Client> {
  const email = `guest-of-${owner.email}`;
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  return service.person(email);
}

/** The member to whom an owner offers each of their organizations. */
async function offered(service: Service, home: Home): Promise<Client> {
  const email = `heir-of-${home.owner.email}`;
  const { data } = (await home.owner.call('GET /v1/members?perPage=100')).body;
  const present = data.find(({ userProfile }: { userProfile: { email: string } }) => userProfile.email === email);
  const heir = present ? (await service.person(email)).in(home.id) : await service.member(home.owner, 'USER', email);
  await offerTo(home, heir);
  return heir;
}

/** Offers an organization to a member, who signs in for that. */
export async function offerTo({ id, owner }: Home, member: Client): Promise<void> {
  const me = (await member.call('GET /v1/me')).body;
  const { id: memberId } = me.memberships.find((each: { organizationId: string }) => each.organizationId === id);
  await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
}

/** A member who has signed in. */
export async function claimedMember(
  service: Service,
  { owner }: Pick<Home, 'owner'>,
): Promise<Client & { readonly memberId: string }> {
  const member = await service.member(owner, 'USER');
  await member.call('GET /v1/me');
  return member;
}
