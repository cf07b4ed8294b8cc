import { nameOf } from '../../client/components/person.ts';
import { type AuditEntry, isMusterError, type Muster } from '../../client/src/index.ts';

/** How many names are read at once. */
const AT_ONCE = 4;
/** How many acceptances are searched, at most, for who a former member was. */
const ACCEPTANCES = 1000;

/** How far the time of an entry is from that of what it is about, at most, in milliseconds. */
const MARGIN = 2000;

/** Who accepted an invitation. */
interface Acceptance {
  readonly invitationId: string;
  readonly memberId: string;
  readonly userId: string;
}

/** The names of what ids of an organization mean. Each is read once, when it is first asked for. */
export class Names {
  readonly #muster: Muster | undefined;
  readonly #onName: () => void;
  readonly #names = new Map<string, string | undefined>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  /** By the id of the member, and by that of the user. */
  readonly #acceptances = new Map<string, Acceptance>();
  #readingAcceptances: Promise<void> | undefined;
  #running = 0;

  /** @param onName is called when a name has been read */
  constructor(muster: Muster | undefined, onName: () => void) {
    this.#muster = muster;
    this.#onName = onName;
  }

  /** Returns a name; undefined: it isn't read yet, or what it named is gone. */
  of(id: string): string | undefined {
    if (!this.#names.has(id)) void this.#read(id);
    return this.#names.get(id);
  }

  /** Whether an id has been read, and nothing has a name for it. */
  isGone(id: string): boolean {
    return this.#names.has(id) && this.#names.get(id) === undefined;
  }

  /** Learns from entries that are shown anyway who joined by which invitation. */
  learn(entries: readonly AuditEntry[]): void {
    for (const { action, resourceId, metadata } of entries) {
      const { memberId, userId } = metadata?.after ?? {};
      if (action !== 'invitation.accept' || typeof memberId !== 'string' || typeof userId !== 'string') continue;
      const acceptance = { invitationId: resourceId, memberId, userId };
      // The newest is first: it says who the person was at last.
      for (const id of [memberId, userId]) if (!this.#acceptances.has(id)) this.#acceptances.set(id, acceptance);
    }
  }

  /** Finds the user who once joined with an address, and may be gone. @throws MusterError */
  async formerUser(email: string): Promise<string | undefined> {
    const muster = this.#muster;
    if (!muster) return undefined;
    const [invited] = (await muster.invitations.list({ email, status: 'ACCEPTED', perPage: 100 })).data;
    if (!invited) return undefined;
    // An accepted invitation isn't changed any more: that was when it was accepted.
    await this.#readAcceptancesAt(muster, Date.parse(invited.updatedAt));
    return [...this.#acceptances.values()].find(({ invitationId }) => invitationId === invited.id)?.userId;
  }

  /** Waits until the names of some ids are read. */
  async settled(ids: readonly string[]): Promise<void> {
    await Promise.all([...new Set(ids)].map((id) => (this.#names.has(id) ? undefined : this.#read(id))));
  }

  #read(id: string): Promise<void> {
    const reading = this.#reading.get(id) ?? this.#readOnce(id);
    this.#reading.set(id, reading);
    return reading;
  }

  async #readOnce(id: string): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
    try {
      this.#names.set(id, await this.#nameOf(id));
    } catch {
      // What is gone has no name; without a connection the sentence does without.
      this.#names.set(id, undefined);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
    this.#onName();
  }

  async #nameOf(id: string): Promise<string | undefined> {
    const muster = this.#muster;
    if (!muster) return undefined;
    const [prefix] = id.split('_');
    switch (prefix) {
      case 'usr': {
        const [member] = (await muster.members.list({ userId: id })).data;
        return member ? nameOf(member.userProfile) : this.#formerName(muster, id);
      }
      case 'mem':
        try {
          return nameOf((await muster.members.read(id)).userProfile);
        } catch (error) {
          if (!isMusterError(error, 'member_not_found')) throw error;
          return this.#formerName(muster, id);
        }
      case 'inv':
        return (await muster.invitations.read(id)).email;
      case 'team':
        return (await muster.teams.read(id)).name;
      case 'int':
        return (await muster.integrations.read(id)).name;
      case 'whk':
        return (await muster.webhooks.read(id)).url;
      case 'site': {
        const [row] = (await muster.access.explain({ site: id, perPage: 1 })).data;
        return row?.siteName;
      }
      default:
        return undefined;
    }
  }

  /** Returns the address by which somebody joined who isn't a member any more. */
  async #formerName(muster: Muster, id: string): Promise<string | undefined> {
    // Whoever accepts becomes a member at once, and often a user too: their ids begin with that time.
    if (!this.#acceptances.has(id)) await this.#readAcceptancesAt(muster, timeOf(id));
    if (!this.#acceptances.has(id) && id.startsWith('usr_')) await this.#readAcceptances(muster);
    const acceptance = this.#acceptances.get(id);
    return acceptance && (await muster.invitations.read(acceptance.invitationId)).email;
  }

  /** Reads who joined about a time, in milliseconds. */
  async #readAcceptancesAt(muster: Muster, time: number): Promise<void> {
    const at = (difference: number) => new Date(time + difference).toISOString();
    const query = { action: 'invitation.accept', from: at(-MARGIN), to: at(MARGIN), perPage: 100 } as const;
    this.learn((await muster.auditLogs.list(query)).data);
  }

  /** Reads the newest who joined, once. A user may be older than their membership. */
  #readAcceptances(muster: Muster): Promise<void> {
    const read = async () => {
      let cursor: string | null | undefined;
      for (let seen = 0; seen < ACCEPTANCES && cursor !== null; seen += 100) {
        const action = 'invitation.accept';
        const { data, meta } = await muster.auditLogs.list({ action, cursor, perPage: 100 });
        this.learn(data);
        cursor = meta.nextCursor;
      }
    };
    this.#readingAcceptances ??= read();
    return this.#readingAcceptances;
  }
}

/** Returns the time with which an id begins (lib/domain/ids.ts), in milliseconds: 6 of its 16 bytes, in base 32. */
function timeOf(id: string): number {
  let value = 0n;
  for (const digit of id.slice(id.indexOf('_') + 1)) value = value * 32n + BigInt(Number.parseInt(digit, 32));
  return Number(value >> 80n);
}
