import { createHash } from 'node:crypto';

// Checks that answers disclose no strangers. Searches every answer of a test file for ids, addresses and names of
// people, and compares them with the organizations' members at that time, according to the audit log. Imports no code
// of the service.

/** The personal data in an answer, and its recipient. */
interface Observation {
  readonly route: string;
  /** The signed-in caller, or the organization of an access token or link; undefined if neither is known. */
  readonly to: SignedIn | { readonly organization: string } | undefined;
  /** The service's time of the request and of the answer. */
  readonly from: number;
  readonly at: number;
  readonly ids: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** A signed-in caller, from the ID token: a hash of issuer and subject, and the address. */
interface SignedIn {
  readonly identity: string;
  readonly email: string;
}

/** A request and the text of its answer. */
export interface Exchange {
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sent: string;
  readonly text: string;
  /** The time of the request by this process's clock. */
  readonly startedAt: number;
}

// biome-ignore lint/suspicious/noExplicitAny: items of any type
type Item = Record<string, any>;

const USER_ID = /usr_[0-9a-v]{26}/g;
/** Bounded repetitions, because bodies may be long. */
const ADDRESS = /(?<![a-z0-9.+_-])[a-z0-9][a-z0-9.+_-]{0,63}@[a-z0-9.-]{1,253}\.[a-z]{2,63}/gi;
/** Addresses of the service itself and of examples, and the placeholder for an erased address. */
const OWN_ADDRESSES = /^(erased@erased\.invalid|jane@example\.com|invitations@example\.com|.*@support\..*)$/;

/** Records answers, and checks them at the end, when all memberships are known. */
export class Disclosure {
  readonly #observations: Observation[] = [];
  /** The addresses that each caller has sent. Returning them discloses nothing. */
  readonly #sent = new Map<string, Set<string>>();
  #offset = 0;
  /** Requests that end memberships. Until their answer, others may still see the former state. */
  readonly #endings: { readonly from: number; readonly to: number }[] = [];

  /** Sets the offset of the service's clock. */
  setClock(offset: string | number): void {
    const [, number = '0', unit = 'ms'] = /^(-?[\d.]+)\s*(ms|[smhd])?$/.exec(String(offset)) ?? [];
    const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    this.#offset = Number(number) * (units[unit] ?? 1000);
  }

  record({ route, headers, sent, text, startedAt }: Exchange): void {
    const path = route.split(' ')[1] as string;
    if (path.startsWith('/_local/')) return;
    const [from, at] = [startedAt + this.#offset, Date.now() + this.#offset];
    if (/^DELETE \/v1\/(me|members\/|organizations\/)/.test(route)) this.#endings.push({ from, to: at });
    const to = callerOf(headers, `${path} ${sent}`);
    const key = JSON.stringify(to);
    const known = this.#sent.get(key) ?? new Set();
    for (const address of addressesIn(decoded(`${path} ${sent}`))) known.add(address);
    this.#sent.set(key, known);
    const addresses = new Set([...addressesIn(text)].filter((address) => !known.has(address)));
    const ids = new Set(text.match(USER_ID));
    const names = namesIn(text);
    if (ids.size + addresses.size + names.size === 0) return;
    this.#observations.push({ route, to, from, at, ids, addresses, names });
  }

  /** Returns the disclosures of people to strangers. @param items every item of the table, at the end */
  leaks(items: readonly Item[]): string[] {
    const history = new MembershipHistory(items, this.#endings);
    return [...new Set(this.#observations.flatMap((observation) => history.leaksIn(observation)))];
  }
}

function callerOf(headers: Readonly<Record<string, string>>, text: string): Observation['to'] {
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
  if (/^ms[ti]_/.test(credential)) return { organization: idOf(credential.slice('mst_'.length)) };
  const [, token] = /"?token"?[=:]\s*"?([A-Za-z0-9_-]{64})(?![A-Za-z0-9_-])/.exec(text) ?? [];
  return token ? { organization: idOf(token) } : undefined;
}

/** Returns the organization's id from the start of a token. */
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
  return new Set(
    (text.match(ADDRESS) ?? []).map((address) => address.toLowerCase()).filter((one) => !OWN_ADDRESSES.test(one)),
  );
}

/** Returns all pairs of first and last names. */
function namesIn(text: string): Set<string> {
  const found = [...text.matchAll(/"firstName":"([^"]*)","lastName":"([^"]*)"/g)];
  return new Set(found.map(([, first, last]) => `${first} ${last}`.trim()).filter(Boolean));
}

/** The period of a membership. */
interface MembershipPeriod {
  readonly organization: string;
  readonly from: number;
  to: number;
}

/** The time in milliseconds that requests outside the harness may take. */
const MARGIN = 5_000;

/** Memberships over time, and the current owners of addresses and names. */
class MembershipHistory {
  /** The memberships of a user. */
  readonly #periods = new Map<string, MembershipPeriod[]>();
  readonly #organizations = new Set<string>();
  readonly #users = new Map<string, Item>();
  readonly #byAddress = new Map<string, string>();
  readonly #byIdentity = new Map<string, string>();
  readonly #byName = new Map<string, string[]>();
  /** The organizations that have invited an address to themselves or to their sites. */
  readonly #inviting = new Map<string, Set<string>>();

  constructor(items: readonly Item[], endings: readonly { readonly from: number; readonly to: number }[]) {
    const entries = items.filter(({ type }) => type === 'AuditEntry');
    entries.sort((one, other) => (one.id < other.id ? -1 : 1));
    const members = new Map<string, MembershipPeriod>();
    const addPeriod = (organization: string, member: string, user: string, from: number) => {
      const added: MembershipPeriod = { organization, from, to: Number.POSITIVE_INFINITY };
      members.set(member, added);
      this.#organizations.add(organization);
      const periods = this.#periods.get(user);
      if (periods) periods.push(added);
      else this.#periods.set(user, [added]);
    };
    for (const { action, organizationId, actor, resource, after, createdAt } of entries) {
      const at = Date.parse(createdAt);
      if (action === 'organization.create') addPeriod(organizationId, after.ownerId, actor.id, at);
      if (action === 'invitation.accept' && !members.has(after.memberId)) {
        addPeriod(organizationId, after.memberId, after.userId, at);
      }
      if (action === 'member.claim' && after?.userId) addPeriod(organizationId, resource.id, after.userId, at);
      if (/^member\.(leave|remove|expire)$/.test(action)) {
        const ended = members.get(resource.id);
        // The membership counts as ended for requests after the answer.
        const ending = endings.find(({ from, to }) => from <= at && at <= to);
        if (ended) ended.to = ending ? ending.to : at + MARGIN;
      }
    }
    for (const item of items) {
      const { type, userId, organizationId, memberId, pk } = item;
      // Some tests write members directly to the table.
      if (type === 'Member' && !members.has(memberId)) addPeriod(organizationId, memberId, userId, 0);
      if (type === 'User') {
        this.#users.set(userId, item);
        const name = `${item.firstName} ${item.lastName}`.trim();
        if (name) this.#byName.set(name, [...(this.#byName.get(name) ?? []), userId]);
      }
      if (type === 'Identity') this.#byIdentity.set(String(pk).slice('IDENTITY#'.length), userId);
      if (type === 'Address') this.#byAddress.set(String(pk).slice('EMAIL#'.length), userId);
      if (type === 'Invited' || type === 'SiteInvited') {
        const address = String(pk).slice('EMAIL#'.length);
        const inviting = this.#inviting.get(address) ?? new Set();
        this.#inviting.set(address, inviting.add(organizationId));
      }
    }
  }

  leaksIn({ route, to, from, at, ids, addresses, names }: Observation): string[] {
    if (!to) return [];
    // The address in an older token may belong to another person now.
    const self = 'email' in to ? (this.#byIdentity.get(to.identity) ?? this.#byAddress.get(to.email)) : undefined;
    // Erased people can't be tracked.
    if ('email' in to && self === undefined) return [];
    // A token without an organization is of a site.
    if (!('email' in to) && !this.#organizations.has(to.organization)) return [];
    const organizations = new Set(
      'organization' in to ? [to.organization] : this.#periodsOf(self).map(({ organization }) => organization),
    );
    /** Whether a user is the caller, or has a membership in their organizations that meets a condition. */
    const isOurs = (user: string, is: (period: MembershipPeriod) => boolean) =>
      user === self || this.#periodsOf(user).some((one) => organizations.has(one.organization) && is(one));
    // History may still contain ids of former members.
    const isKnown = (user: string) => isOurs(user, (one) => one.from <= at);
    const isPresent = (user: string) => isOurs(user, (one) => one.from <= at && one.to >= from);
    const inviting = ('email' in to && this.#inviting.get(to.email)) || new Set();
    /** Whether an invited person may know a user: they may know all members of the inviting organizations. */
    const isInviter = (user: string) => this.#periodsOf(user).some(({ organization }) => inviting.has(organization));
    const isInvited = (address: string) => [...organizations].some((id) => this.#inviting.get(address)?.has(id));
    const leaks: string[] = [];
    for (const id of ids) {
      if (this.#users.has(id) && !isKnown(id) && !isInviter(id)) leaks.push(`${route} discloses ${id}`);
    }
    for (const address of addresses) {
      const user = this.#byAddress.get(address);
      // An earlier owner of the address was another person.
      if (
        user !== undefined &&
        this.#existedAt(user, at) &&
        !isPresent(user) &&
        !isInviter(user) &&
        !isInvited(address)
      ) {
        leaks.push(`${route} discloses ${address}`);
      }
    }
    for (const name of names) {
      const [only, second] = this.#byName.get(name) ?? [];
      // Whoever had the name before its present bearer came was another person.
      const isSame = only !== undefined && !second && this.#existedAt(only, at);
      if (isSame && !isPresent(only)) leaks.push(`${route} discloses ${name}`);
    }
    return leaks;
  }

  #existedAt(user: string, at: number): boolean {
    return Date.parse(this.#users.get(user)?.createdAt) <= at;
  }

  #periodsOf(user: string | undefined): readonly MembershipPeriod[] {
    return (user !== undefined && this.#periods.get(user)) || [];
  }
}
