/** Data that no log may contain: addresses, access tokens, ID tokens, and secrets of links. */
const SECRETS = [
  /[\w.+%-]+@[\w-]+\.[\w.-]+/g,
  /ms[tio]_[\w-]{20,}/g,
  /eyJ[\w-]{10,}\.[\w-]+/g,
  // Except hexadecimal texts: names of bundles are hexadecimal.
  /(?<![\w-])(?![0-9a-f]{64}(?![\w-]))[\w-]{64}(?![\w-])/g,
];

/** Shorter texts occur in logs by chance. */
const SHORTEST = 6;

/**
 * Returns the personal data and secrets that log lines contain.
 *
 * @param personalData texts about people that tests sent to the service, such as names and messages
 */
export function leaksIn(lines: readonly string[], personalData: ReadonlySet<string>): string[] {
  const texts = [...personalData].filter((text) => text.length >= SHORTEST);
  // Thousands of lines and of texts: each place of a line is looked up, instead of each text in each line.
  const byStart = Map.groupBy(texts, (text) => text.slice(0, SHORTEST));
  return lines.flatMap((line) => {
    const found = new Set<string>();
    for (let at = 0; at + SHORTEST <= line.length; at += 1) {
      for (const text of byStart.get(line.slice(at, at + SHORTEST)) ?? [])
        if (line.startsWith(text, at)) found.add(text);
    }
    return [...SECRETS.flatMap((secret) => line.match(secret) ?? []), ...found];
  });
}

/** The fields of bodies, at any depth, that hold personal data. */
const PERSONAL = new Set(['email', 'firstName', 'lastName', 'username', 'message', 'token', 'link']);

/** Adds a body's personal data to a set. Some tests send bodies that are nested too deeply for recursion. */
export function collectPersonalData(body: unknown, into: Set<string>): void {
  const open = [body];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [field, value] of Object.entries(next)) {
      if (typeof value === 'string' && PERSONAL.has(field)) into.add(value);
      else open.push(value);
    }
  }
}
