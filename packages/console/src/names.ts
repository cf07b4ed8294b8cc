import { nameOf } from '../../client/components/person.ts';
import type { Muster } from '../../client/src/index.ts';

/** How many names are read at once. */
const AT_ONCE = 4;

/** The names of what ids of an organization mean. Each is read once, when it is first asked for. */
export class Names {
  readonly #muster: Muster | undefined;
  readonly #onName: () => void;
  readonly #names = new Map<string, string | undefined>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
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
        return member && nameOf(member.userProfile);
      }
      case 'mem':
        return nameOf((await muster.members.read(id)).userProfile);
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
}
