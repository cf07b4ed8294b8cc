import { roomIdOf } from '../../lib/dialects/rocketchat/show.ts';
import { teamIdAsHex, teamIdAsUuid, teamIdFromHex } from '../../lib/domain/team.ts';
import type { Contract } from './contract.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Client, newAddress, type RequestOptions, type Service } from './service.ts';
import { share } from './sharing.ts';

/** An organization, and its owner or another member who acts in it. */
export interface Home {
  readonly id: string;
  readonly owner: Client;
}

/** A valid request to an endpoint. */
export interface Example extends RequestOptions {
  readonly route: string;
  /** The caller, if it isn't the owner. */
  readonly by?: Client;
}

type Factory<T> = (service: Service, home: Home, invited: string, id?: string) => Promise<T>;

/**
 * Creates requests for endpoints that need existing ids, tokens or callers beside the ids in their path. Other
 * endpoints use the `example` of their file.
 */
const EXAMPLES: Partial<Record<Contract['name'], Factory<Omit<Example, 'route'> & { readonly query?: string }>>> = {
  'access/check': async () => ({ query: '?permission=organization:read' }),
  'access/explain': async (...at) => {
    const { data } = (await at[1].owner.call('GET /v1/access')).body;
    if (data.length === 0) await siteUuid(...at);
    return {};
  },
  'invitations/accept': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'invitations/block': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'invitations/decline': async (...at) => ({ body: { token: await invitationToken(...at) } }),
  'me/accept-invitation': async (service, { owner }, _, id) => ({ by: await inviteeOf(service, owner, id) }),
  'me/decline-invitation': async (service, { owner }, _, id) => ({ by: await inviteeOf(service, owner, id) }),
  'me/block-organization': async (service, home) => ({ by: await guestOf(service, home) }),
  'me/unblock-organization': async (service, home) => {
    const guest = await guestOf(service, home);
    await guest.call(`PUT /v1/me/blocked-organizations/${home.id}`);
    return { by: guest };
  },
  'organizations/accept-ownership': async (service, home) => ({ by: await offerRecipient(service, home) }),
  'organizations/decline-ownership': async (service, home) => ({ by: await offerRecipient(service, home) }),
  'organizations/withdraw-ownership': async (service, home) => {
    await offerRecipient(service, home);
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
    // The inviter is another person than the accepting one.
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
  // Nothing is there. The events that the tests cause are others.
  'webhooks/create': async (_, { owner }) => {
    await makeRoomForWebhook(owner);
    return { body: { url: `https://receiver.invalid/${newName('webhooks')}`, events: ['invitation.accepted'] } };
  },
  // Not by the list: a function that is tested must not have seen the person yet.
  'webhooks/list-deliveries': async (service) => {
    await service.events();
    return {};
  },
  'pages/accept': async (...at) => form(await invitationToken(...at)),
  'pages/ask': async (service, home, ...invited) => {
    await service.clock('-8d');
    // A new ID token, because an existing one would be from the future.
    const earlier = { ...home, owner: (await service.person(home.owner.email)).in(home.id) };
    const token = await invitationToken(service, earlier, ...invited);
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

/** Returns a page's form submission. */
function form(token: string, more = ''): RequestOptions {
  return { body: `token=${token}${more}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
}

/** Creates a team. Returns its UUID. */
const teamUuid: Factory<string> = async (_, { owner }) =>
  (await owner.call('POST /api/v3/teams', { body: volttimeTeam() })).body.data.uuid;

/** Creates a site. Returns its UUID. */
const siteUuid: Factory<string> = async (...at) => {
  const body = { name: 'Depot', team_uuid: await teamUuid(...at) };
  return (await at[1].owner.call('POST /api/v3/sites', { body })).body.data.uuid;
};

/** Creates a team with access to a site and its sensitive data. Returns the team's UUID. */
async function sharingTeam(site: string, ...at: Parameters<Factory<string>>): Promise<string> {
  const team = await teamUuid(...at);
  await share(at[0], site, team, { sensitive: {} });
  return team;
}

/** Invites the owner to a new site of their own. Returns the tokens of the answer and of the mail. */
const inviteTeam: Factory<{ token: string; mailed: string }> = async (...at) => {
  const { owner } = at[1];
  const made = await owner.call(`POST /api/v3/sites/${await siteUuid(...at)}/teams/invite`, {
    body: { email: owner.email },
  });
  return { token: made.body.invite_token, mailed: await at[0].linkToken(owner.email) };
};

/** Creates an invite to a site. Returns its integer. */
async function inviteNumber(service: Service, { owner }: Home, site: string): Promise<string> {
  // Each invite has a new inviter: a person may make five a minute.
  const admin = await service.member(owner, 'ADMIN');
  const made = await admin.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email: newAddress() } });
  return String(made.body.invite.id);
}

/** Creates a request for sensitive data. Returns the token of the mailed link. */
const requestToken: Factory<string> = async (...at) => {
  const { owner } = at[1];
  const site = await siteUuid(...at);
  const team = await teamUuid(...at);
  await share(at[0], site, team);
  await owner.call(`POST /api/v3/sites/${site}/teams/${team}/request-sensitive-data`, {
    body: { reason: 'To repair them', requested_expires_never: true },
  });
  return at[0].linkToken(owner.email);
};

/** Creates a charger on a new site. Returns its UUID. */
const chargerUuid: Factory<string> = async (...at) => {
  const site = await siteUuid(...at);
  return (await at[1].owner.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity: newIdentity() } })).body
    .data.uuid;
};

/** Creates a team with a charger. Returns the team's integer. */
const owningTeam: Factory<string> = async (...at) => {
  const { owner } = at[1];
  const { id, uuid } = (await owner.call('POST /api/v3/teams', { body: volttimeTeam() })).body.data;
  const site = (await owner.call('POST /api/v3/sites', { body: { name: 'Depot', team_uuid: uuid } })).body.data;
  await owner.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity: newIdentity() } });
  return `${id}`;
};

/** Returns an unused name. */
function newName(name: string): string {
  return newAddress(name).split('@')[0] as string;
}

/** Returns an unused identity of a charger. */
function newIdentity(): string {
  return newName('CP');
}

/** The fields of examples whose values must be unique. */
const NAMES = ['name', 'identity'];

/** Returns an example with new addresses and names. @param field the name of the field with the example */
function withNewNames(example: unknown, field = ''): unknown {
  if (typeof example === 'string') {
    if (example.endsWith('@example.com')) return newAddress();
    return NAMES.includes(field) ? newName(example) : example;
  }
  if (Array.isArray(example)) return example.map((each) => withNewNames(each));
  if (typeof example !== 'object' || example === null) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, withNewNames(value, key)]));
}

/** Returns the body that creates a team in Volt Time's dialect. */
function volttimeTeam() {
  return { name: newAddress('team'), email: newAddress(), type: 'Company' };
}

/** Returns Papershift's document about a team. */
export function teamDocument(attributes: Readonly<Record<string, unknown>>, id?: string) {
  return { data: { ...(id !== undefined && { id }), type: 'team', attributes } };
}

/** Returns an unused name that is valid in Rocket.Chat. */
export function roomName(): string {
  return newName('team');
}

/** Creates a team of the owner. Returns its id in Rocket.Chat's dialect. */
async function teamHex({ owner }: Home): Promise<string> {
  return teamIdAsHex((await owner.call('POST /v1/teams', { body: { name: roomName() } })).body.id);
}

/** Creates a member, and adds them to the team with the given id, if any. */
async function teamUser(
  service: Service,
  { owner }: Home,
  hex?: string,
): Promise<{ userId: string; memberId: string }> {
  const { memberId } = await service.member(owner, 'USER');
  if (hex) await owner.call(`PUT /v1/teams/${teamIdFromHex(hex)}/members/${memberId}`, { body: {} });
  return { memberId, userId: (await owner.call(`GET /v1/members/${memberId}`)).body.userId };
}

/** Creates a team that is owned by the first members of the organization and a new one. */
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

/** Creates the resource of `{id}` in a path, by the word before. Returns its id. */
const IDS: Readonly<Record<string, Factory<string>>> = {
  'access-tokens': async (_, { owner }) =>
    (await owner.call('POST /v1/access-tokens', { body: { name: 'Test' } })).body.id,
  integrations: async (_, { owner }) =>
    (await owner.call('POST /v1/integrations', { body: { name: 'Test', role: 'USER' } })).body.id,
  invitations: async (_, { owner }) =>
    (await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } })).body.id,
  members: async (service, { owner }) => (await service.member(owner, 'USER')).memberId,
  webhooks: async (_, { owner }) => webhookOf(owner),
  teams: async (_, { owner }) => (await owner.call('POST /v1/teams', { body: { name: newAddress('team') } })).body.id,
};

/** Whether only operator's keys may call an endpoint. */
export function isForOperator({ caller }: Contract['declaration']): boolean {
  return caller.includes('operatorKey') && !caller.includes('person');
}

/** Returns the error text for an endpoint with a body but without an example. */
function withoutExample(name: string): string {
  return `Write an example of the body into functions/${name}.ts, beside \`returns\`: export const example = { name: 'Berlin' }; if it needs ids of new resources, add it to EXAMPLES in test/support/requests.ts.`;
}

/**
 * Returns a valid request of an organization's owner to an endpoint, about a new resource.
 *
 * @param invited the address that a link is for, if the endpoint takes a link
 */
export async function exampleOf(
  { name, declaration, example }: Contract,
  service: Service,
  home: Home,
  invited = newAddress(),
): Promise<Example> {
  const { route, body, dialect } = declaration;
  const make = EXAMPLES[name];
  if (body && !make && example === undefined) throw new Error(withoutExample(name));
  const [, kind] = /([^/]+)\/\{id\}/.exec(route) ?? [];
  const makeId = kind === undefined ? async () => '' : IDS[kind];
  if (!makeId) throw new Error(`Add the resource of {id} in ${route} to IDS in test/support/requests.ts.`);
  const made = await makeId(service, home, invited);
  const id = dialect === 'papershift' && made ? teamIdAsUuid(made) : made;
  const site = route.includes('{site}') ? await siteUuid(service, home, invited) : '';
  const own = example === undefined ? {} : { body: withNewNames(example) };
  const { query = '', ...sending } = { ...own, ...(await make?.(service, home, invited, id || site)) };
  const path = route
    .replace('{organizationId}', home.id)
    .replace('{id}', id)
    .replace('{site}', site)
    .replace('{team}', route.includes('{team}') ? await sharingTeam(site, service, home, invited) : '')
    .replace('{invite}', route.includes('{invite}') ? await inviteNumber(service, home, site) : '')
    .replace('{charger}', route.includes('{charger}') ? await chargerUuid(service, home, invited) : '')
    .replace('{delivery}', route.includes('{delivery}') ? await receivedDelivery(service, home, id) : '')
    .replace('{team_id}', route.includes('{team_id}') ? await owningTeam(service, home, invited) : '')
    .replace('{file}', route.includes('{file}') ? await consoleScript(service) : '')
    .replace('{memberId}', route.includes('{memberId}') ? await teamMemberOf(name, service, home, id) : '');
  const by = isForOperator(declaration) ? { by: (await service.operatorKey()).in(home.id) } : {};
  const missing = /\{\w+\}/.exec(path);
  if (missing) throw new Error(`Replace ${missing} of ${route} in exampleOf in test/support/requests.ts.`);
  return { ...by, ...sending, route: path + query };
}

/** Returns the name of the console's script. */
async function consoleScript(service: Service): Promise<string> {
  const page = await service.call('GET /console');
  return /\/console\/([\w-]+\.js)"/.exec(String(page.body))?.[1] as string;
}

/** Creates a member who can be added to a team, or is in it already. */
async function teamMemberOf(name: string, service: Service, { owner }: Home, teamId: string): Promise<string> {
  const { memberId } = await service.member(owner, 'USER');
  if (name !== 'teams/put-member') await owner.call(`PUT /v1/teams/${teamId}/members/${memberId}`, { body: {} });
  return memberId;
}

let receiver: Promise<Receiver> | undefined;

/** Returns the URL of a receiver of webhooks. */
async function receiverUrl(): Promise<string> {
  receiver ??= startReceiver();
  return (await receiver).url;
}

/** Deletes the oldest webhook of an organization that has several: their number is limited. */
async function makeRoomForWebhook(owner: Client): Promise<void> {
  const { data } = (await owner.call('GET /v1/webhooks')).body;
  if (data.length > 5) await owner.call(`DELETE /v1/webhooks/${data[0].id}`);
}

/** Creates a webhook. Returns its id. */
async function webhookOf(owner: Client): Promise<string> {
  await makeRoomForWebhook(owner);
  return (await owner.call('POST /v1/webhooks', { body: { url: await receiverUrl() } })).body.id;
}

/** Waits until a webhook has received the event of its creation. Returns the delivery. */
async function receivedDelivery(service: Service, { owner }: Home, webhook: string): Promise<string> {
  for (let tries = 0; tries < 20; tries += 1) {
    await service.events();
    const { data } = (await owner.call(`GET /v1/webhooks/${webhook}/deliveries`)).body;
    if (data[0]?.status === 'DELIVERED') return data[0].id;
  }
  throw new Error('The webhook has received nothing.');
}

/** Creates an invitation. Returns the token of the mailed link. */
const invitationToken: Factory<string> = async (service, { owner }, email) => {
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  return service.linkToken(email);
};

/** Creates an invitation. Returns the token that stops its reminders. */
const stopToken: Factory<string> = async (service, home, email) => {
  await invitationToken(service, home, email);
  return service.linkToken(email, 'stop');
};

/** Returns the invited person, who has signed in before. */
async function inviteeOf(service: Service, owner: Client, id = ''): Promise<Client> {
  const person = await service.person((await owner.call(`GET /v1/invitations/${id}`)).body.email);
  await person.call('GET /v1/me');
  return person;
}

/** Invites a person, the same for all organizations of an owner. */
async function guestOf(service: Service, { owner }: Home): Promise<Client> {
  const email = `guest-of-${owner.email}`;
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  return service.person(email);
}

/** Offers an organization to a member, the same person for all organizations of an owner. */
async function offerRecipient(service: Service, home: Home): Promise<Client> {
  const email = `heir-of-${home.owner.email}`;
  const { data } = (await home.owner.call('GET /v1/members?perPage=100')).body;
  const present = data.find(({ userProfile }: { userProfile: { email: string } }) => userProfile.email === email);
  const recipient = present
    ? (await service.person(email)).in(home.id)
    : await service.member(home.owner, 'USER', email);
  await offerTo(home, recipient);
  return recipient;
}

/** Offers an organization to a member, who signs in before. */
export async function offerTo({ id, owner }: Home, member: Client): Promise<void> {
  const me = (await member.call('GET /v1/me')).body;
  const { id: memberId } = me.memberships.find((each: { organizationId: string }) => each.organizationId === id);
  await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
}

/** Creates a member who has signed in. */
export async function claimedMember(
  service: Service,
  { owner }: Pick<Home, 'owner'>,
): Promise<Client & { readonly memberId: string }> {
  const member = await service.member(owner, 'USER');
  await member.call('GET /v1/me');
  return member;
}
