import { createHash } from 'node:crypto';

// Whom answers tell of. Every answer of a test file is looked through for ids, addresses and names of people, and held
// against who was in which organization when it was given, by the audit log. Imports nothing of the service.

/** What an answer tells of people, and to whom. */
interface Telling {
  readonly route: string;
  /** Who is signed in, or the organization of their access token or link; undefined: nobody we know. */
  readonly to: SignedIn | { readonly organization: string } | undefined;
  /** The service's time, when it was asked and when it had answered. */
  readonly from: number;
  readonly at: number;
  readonly ids: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Who is signed in, by what their ID token says: a hash of issuer and subject, and the address. */
interface SignedIn {
  readonly identity: string;
  readonly email: string;
}

/** A request, and the text that was answered. */
export interface Exchange {
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: string;
  readonly text: string;
  /** When it was sent, by this process's clock. */
  readonly startedAt: number;
}

// biome-ignore lint/suspicious/noExplicitAny: items of every form
type Item = Record<string, any>;

const USER_ID = /usr_[0-9a-v]{26}/g;
/** Bounded, since bodies may be long. */
const ADDRESS = /(?<![a-z0-9.+_-])[a-z0-9][a-z0-9.+_-]{0,63}@[a-z0-9.-]{1,253}\.[a-z]{2,63}/gi;
/** What the service says of itself, or in place of an address that was erased. */
const OURS = /^(erased@erased\.invalid|jane@example\.com|invitations@example\.com|.*@support\..*)$/;

/** Takes answers down, to judge them when it is known who was where. */
export class Disclosure {
  readonly #tellings: Telling[] = [];
  /** What each caller has typed: an address that they sent is no news to them. */
  readonly #typed = new Map<string, Set<string>>();
  #offset = 0;
  /** Requests that end memberships: until they are answered, others may still see what was. */
  readonly #endings: { readonly from: number; readonly to: number }[] = [];

  /** Follows the service's clock. */
  moved(offset: string | number): void {
    const [, number = '0', unit = 'ms'] = /^(-?[\d.]+)\s*(ms|[smhd])?$/.exec(String(offset)) ?? [];
    const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    this.#offset = Number(number) * (units[unit] ?? 1000);
  }

  take({ route, headers, sent, text, startedAt }: Exchange): void {
    const path = route.split(' ')[1] as string;
    if (path.startsWith('/_local/')) return;
    const [from, at] = [startedAt + this.#offset, Date.now() + this.#offset];
    if (/^DELETE \/v1\/(me|members\/|organizations\/)/.test(route)) this.#endings.push({ from, to: at });
    const to = callerOf(headers, `${path} ${sent}`);
    const key = JSON.stringify(to);
    const typed = this.#typed.get(key) ?? new Set();
    for (const address of addressesIn(decoded(`${path} ${sent}`))) typed.add(address);
    this.#typed.set(key, typed);
    const addresses = new Set([...addressesIn(text)].filter((address) => !typed.has(address)));
    const ids = new Set(text.match(USER_ID));
    const names = namesIn(text);
    if (ids.size + addresses.size + names.size === 0) return;
    this.#tellings.push({ route, to, from, at, ids, addresses, names });
  }

  /** What was told of people to whom it is no business of. @param items every item of the table, at the end */
  leaks(items: readonly Item[]): string[] {
    const world = new World(items, this.#endings);
    return [...new Set(this.#tellings.flatMap((telling) => world.leaksIn(telling)))];
  }
}

function callerOf(headers: Readonly<Record<string, string>>, text: string): Telling['to'] {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const { 'x-auth-token': auth, 'texture-api-key': key, authorization = '' } = lower;
  const credential = auth ?? key ?? authorization.replace(/^bearer\s+/i, '');
  const [, payload] = credential.split('.');
  if (payload) {
    try {
      const { iss, sub, email } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const identity = createHash('sha256').update(`${iss}\n${sub}`).digest('base64url');
      return typeof email === 'string' ? { identity, email: email.trim().toLowerCase() } : undefined;
    } catch {
      return undefined;
    }
  }
  if (credential.startsWith('mst_')) return { organization: idOf(credential.slice('mst_'.length)) };
  const [, token] = /"?token"?[=:]\s*"?([A-Za-z0-9_-]{64})(?![A-Za-z0-9_-])/.exec(text) ?? [];
  return token ? { organization: idOf(token) } : undefined;
}

/** The organization's id at the front of a token. */
function idOf(token: string): string {
  const bytes = Buffer.from(token, 'base64url').subarray(0, 16);
  let number = BigInt(`0x${bytes.toString('hex') || '0'}`);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1, number >>= 5n) text = Number(number & 31n).toString(32) + text;
  return `org_${text}`;
}

function decoded(text: string): string {
  try {
    return `${text} ${decodeURIComponent(text.replaceAll('+', ' '))}`;
  } catch {
    return text;
  }
}

function addressesIn(text: string): Set<string> {
  return new Set((text.match(ADDRESS) ?? []).map((address) => address.toLowerCase()).filter((one) => !OURS.test(one)));
}

/** First and last names, wherever they stand together. */
function namesIn(text: string): Set<string> {
  const found = [...text.matchAll(/"firstName":"([^"]*)","lastName":"([^"]*)"/g)];
  return new Set(found.map(([, first, last]) => `${first} ${last}`.trim()).filter(Boolean));
}

/** That somebody was in an organization. */
interface Stay {
  readonly user: string;
  readonly from: number;
  to: number;
}

/** How long what a test did otherwise than by the harness may take, in milliseconds. */
const MARGIN = 5_000;

/** Who was where, and whose address is whose. */
class World {
  readonly #stays = new Map<string, Stay[]>();
  readonly #users = new Map<string, Item>();
  readonly #byAddress = new Map<string, string>();
  readonly #byIdentity = new Map<string, string>();
  readonly #byName = new Map<string, string[]>();
  /** The addresses that an organization has invited, to it or to its sites. */
  readonly #invited = new Map<string, Set<string>>();

  constructor(items: readonly Item[], endings: readonly { readonly from: number; readonly to: number }[]) {
    const entries = items.filter(({ type }) => type === 'AuditEntry');
    entries.sort((one, other) => (one.id < other.id ? -1 : 1));
    const members = new Map<string, Stay>();
    const stay = (organization: string, member: string, user: string, from: number) => {
      const made: Stay = { user, from, to: Number.POSITIVE_INFINITY };
      members.set(member, made);
      this.#stays.set(organization, [...(this.#stays.get(organization) ?? []), made]);
    };
    for (const { action, organizationId, actor, resource, after, createdAt } of entries) {
      const at = Date.parse(createdAt);
      if (action === 'organization.create') stay(organizationId, after.ownerId, actor.id, at);
      if (action === 'invitation.accept' && !members.has(after.memberId)) {
        stay(organizationId, after.memberId, after.userId, at);
      }
      if (action === 'member.claim' && after?.userId) stay(organizationId, resource.id, after.userId, at);
      if (/^member\.(leave|remove|expire)$/.test(action)) {
        const ended = members.get(resource.id);
        // It has ended for all who ask after that was answered.
        const ending = endings.find(({ from, to }) => from <= at && at <= to);
        if (ended) ended.to = ending ? ending.to : at + MARGIN;
      }
    }
    for (const item of items) {
      const { type, userId, organizationId, memberId, pk } = item;
      // Some tests put members there by themselves.
      if (type === 'Member' && !members.has(memberId)) stay(organizationId, memberId, userId, 0);
      if (type === 'User') {
        this.#users.set(userId, item);
        const name = `${item.firstName} ${item.lastName}`.trim();
        if (name) this.#byName.set(name, [...(this.#byName.get(name) ?? []), userId]);
      }
      if (type === 'Identity') this.#byIdentity.set(String(pk).slice('IDENTITY#'.length), userId);
      if (type === 'Address') this.#byAddress.set(String(pk).slice('EMAIL#'.length), userId);
      if (type === 'Invited' || type === 'SiteInvited') {
        const invited = this.#invited.get(organizationId) ?? new Set();
        this.#invited.set(organizationId, invited.add(String(pk).slice('EMAIL#'.length)));
      }
    }
  }

  leaksIn({ route, to, from, at, ids, addresses, names }: Telling): string[] {
    if (!to) return [];
    // An older token names an address that may be somebody else's by now.
    const self = 'email' in to ? (this.#byIdentity.get(to.identity) ?? this.#byAddress.get(to.email)) : undefined;
    // Who was erased can't be followed.
    if ('email' in to && self === undefined) return [];
    const organizations =
      'organization' in to
        ? [to.organization]
        : [...this.#stays].flatMap(([id, stays]) => (stays.some(({ user }) => user === self) ? [id] : []));
    // A link that leads to no organization is one of a site.
    if (!('email' in to) && !this.#stays.has(to.organization)) return [];
    const stays = organizations.flatMap((id) => this.#stays.get(id) ?? []);
    // History goes on naming who was there, by ids.
    const past = stays.filter((one) => one.from <= at);
    const known = new Set([self, ...past.map(({ user }) => user)]);
    const present = new Set([self, ...past.filter((one) => one.to >= from).map(({ user }) => user)]);
    const invited = new Set(organizations.flatMap((id) => [...(this.#invited.get(id) ?? [])]));
    const inviters = this.#inviters('email' in to ? to.email : undefined);
    const told: string[] = [];
    for (const id of ids) {
      if (this.#users.has(id) && !known.has(id) && !inviters.has(id)) told.push(`${route} tells ${id}`);
    }
    for (const address of addresses) {
      const user = this.#byAddress.get(address);
      // Whoever had the address before was somebody else.
      const isSame = user !== undefined && Date.parse(this.#users.get(user)?.createdAt) <= at;
      if (isSame && !present.has(user) && !inviters.has(user) && !invited.has(address)) {
        told.push(`${route} tells ${address}`);
      }
    }
    for (const name of names) {
      const [only, second] = this.#byName.get(name) ?? [];
      if (only !== undefined && !second && !present.has(only)) told.push(`${route} tells ${name}`);
    }
    return told;
  }

  /** Who invites an address may be known to it: all of the organizations that have invited it. */
  #inviters(email: string | undefined): Set<string> {
    if (email === undefined) return new Set();
    const inviting = [...this.#invited].flatMap(([id, invited]) => (invited.has(email) ? [id] : []));
    return new Set(inviting.flatMap((id) => (this.#stays.get(id) ?? []).map(({ user }) => user)));
  }
}
