import { readFileSync } from 'node:fs';

/** An example of a documentation page of another product. */
export interface Example {
  readonly route: string;
  readonly body: Record<string, unknown>;
}

function page(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.txt`, import.meta.url), 'utf8');
}

/** Returns the first example of Papershift's page about teams: its creation. */
export function papershiftExample(): Example {
  const text = page('papershift-teams');
  const [, body = ''] = /\nExample request:\n\n(\{\n.*?\n\})\n\n/s.exec(text) ?? [];
  const [route = ''] = /^POST \S+$/m.exec(text) ?? [];
  return { route, body: JSON.parse(body) };
}

/** Returns the example of Rocket.Chat's page about teams.create. */
export function rocketchatExample(): Example {
  const text = page('rocketchat-teams-create');
  const lines = text.slice(text.indexOf('\n    Body parameters\n')).split('\n');
  const start = lines.indexOf('    {');
  const body = JSON.parse(lines.slice(start, lines.indexOf('    }', start) + 1).join('\n'));
  const [, path] = /^ {4}Post\n {4}(\/api\/\S+)/m.exec(text) ?? [];
  return { route: `POST ${path}`, body };
}

/** Returns the example of Volt Time's page about creating a team, and the fields of the documented answer. */
export function voltTimeExample(): Example & { readonly fields: readonly string[] } {
  const text = page('volttime-teams');
  const [, method, path] = /--request (\w+) \\\n--url https:\/\/[^/]+(\S+)/.exec(text) ?? [];
  const [, body = ''] = /--data '(\{.*?\})'/s.exec(text) ?? [];
  const [, answer = ''] = /\nCopy\n(\{\n"data": \{.*?\n\}\n\})\n/s.exec(text) ?? [];
  return { route: `${method} ${path}`, body: JSON.parse(body), fields: Object.keys(JSON.parse(answer).data) };
}
