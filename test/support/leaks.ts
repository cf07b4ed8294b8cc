/** What no log may have in it, whoever it belongs to: addresses, access tokens, ID tokens, the secrets of links. */
const SECRETS = [
  /[\w.+%-]+@[\w-]+\.[\w.-]+/g,
  /mst_[\w-]{20,}/g,
  /eyJ[\w-]{10,}\.[\w-]+/g,
  // Not what is hexadecimal: the names of bundles are.
  /(?<![\w-])(?![0-9a-f]{64}(?![\w-]))[\w-]{64}(?![\w-])/g,
];

/** Shorter texts stand in any log by chance. */
const SHORTEST = 6;

/**
 * What lines of a log tell that they may not.
 *
 * @param told what tests told the service of people: their names, and whatever they wrote
 */
export function leaksIn(lines: readonly string[], told: ReadonlySet<string>): string[] {
  const texts = [...told].filter((text) => text.length >= SHORTEST);
  return lines.flatMap((line) => [
    ...SECRETS.flatMap((secret) => line.match(secret) ?? []),
    ...texts.filter((text) => line.includes(text)),
  ]);
}

/** The fields of bodies, at whatever depth, that tell of a person. */
const PERSONAL = new Set(['email', 'firstName', 'lastName', 'username', 'message', 'token', 'link']);

/** Adds to `told` what a body says of people. */
export function tellOf(body: unknown, told: Set<string>): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [field, value] of Object.entries(body)) {
    if (typeof value === 'string' && PERSONAL.has(field)) told.add(value);
    else tellOf(value, told);
  }
}
