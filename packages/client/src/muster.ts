import { METHODS } from './generated/methods.ts';
import type { Resources } from './generated/types.ts';
import type { CreateOptions, MusterOptions } from './options.ts';
import { List, type Page } from './pages.ts';
import { Transport } from './transport.ts';

/**
 * A client of the API. It has a method for each endpoint, by resource: path parameters first, then body or query, then
 * options.
 *
 * ```ts
 * const muster = new Muster({ baseUrl: 'https://teams.example.com', token: () => session.idToken() });
 * await muster.invitations.create({ email: 'jane@example.com', role: 'USER' });
 * ```
 */
export interface Muster extends Resources {
  /** Returns a client of the same caller for the calls of an organization. A signal ends all of them. */
  in(organizationId: string, options?: Pick<MusterOptions, 'signal'>): Muster;
}

export const Muster: new (options: MusterOptions) => Muster = class {
  readonly #options: MusterOptions;

  constructor(options: MusterOptions) {
    this.#options = options;
    const transport = new Transport(options);
    for (const [resource, methods] of Object.entries(METHODS)) {
      const bound = Object.entries<string>(methods).map(([name, route]) => [name, method(transport, route)]);
      Object.assign(this, { [resource]: Object.fromEntries(bound) });
    }
  }

  in(organization: string, options: Pick<MusterOptions, 'signal'> = {}): Muster {
    return new Muster({ ...this.#options, ...options, organization });
  }
} as never;

/**
 * Returns a method.
 *
 * @param route method, path, and what else it has: `body`, `query` or `pages` (a query that chooses a page), and `key`
 *   if it creates something
 */
function method(transport: Transport, route: string): (...input: unknown[]) => unknown {
  return (...input) => {
    const [verb = '', template = '', ...has] = route.split(' ');
    const ids = (template.match(/\{\w+\}/g) ?? []).map((name) => ({ name, id: input.shift() }));
    const given = (has.some((word) => word !== 'key') && input.shift()) || {};
    const options = (input.shift() ?? {}) as CreateOptions;
    const send = async (query: object, body?: unknown) => {
      const path = ids.reduce((whole, { name, id }) => whole.replace(name, segment(id, name)), template);
      return transport.send({ method: verb, path: path + search(query), body, creates: has.includes('key'), options });
    };
    if (has.includes('pages')) return new List((query) => send(query) as Promise<Page<unknown>>, given);
    return has.includes('body') ? send({}, given) : send(given);
  };
}

/** Returns an id as a segment of a path. @throws TypeError for one that would lead to another path */
function segment(id: unknown, name: string): string {
  if (typeof id !== 'string' || /^\.{0,2}$/.test(id)) throw new TypeError(`${name} must be an id, not ${String(id)}.`);
  return encodeURIComponent(id);
}

/** Returns a query with a question mark; an empty string if it is empty. */
function search(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = String(parameters);
  return text && `?${text}`;
}
