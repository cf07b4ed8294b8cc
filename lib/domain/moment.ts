/** A day, or a moment in ISO 8601. Without an offset it is in UTC. */
const MOMENT = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Parses a day or a moment of a request.
 *
 * @returns undefined if the text is neither. JavaScript's `Date` would accept 31 February as 3 March.
 */
export function readMoment(text: string): Date | undefined {
  const [, day, time, offset] = MOMENT.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const moment = new Date(text.toUpperCase().replace(' ', 'T') + (time && !offset ? 'Z' : ''));
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
