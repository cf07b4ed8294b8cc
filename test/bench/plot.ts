import type { Row } from './measure.ts';

const [WIDTH, HEIGHT] = [760, 440];
/** The margins around the area of the lines. */
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 250, 44, 52];
/** Lines that end above this ratio have a color and a name. */
const NAMED_ABOVE = 1.05;
const COLORS = ['#b42318', '#b54708', '#6941c6', '#026aa2', '#027a48', '#c11574', '#5925dc', '#854a0e', '#344054'];
/** The distance of two names. */
const LINE = 15;

/** Returns the rows with points as a plot in SVG: a line each, sizes and ratios on logarithmic axes. */
export function plot(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ what, points }) => (points && points.length > 1 ? [{ what, points }] : []));
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(({ size }) => size)))].sort((a, b) => a - b);
  const highest = Math.max(2, ...lines.flatMap(({ points }) => points.map(({ ratio }) => ratio)));
  const [low, high] = [-1, Math.ceil(Math.log2(highest))];
  const largest = Math.log10(Math.max(10, ...sizes));
  // Size 0 is at 1, so that it has a place on a logarithmic axis.
  const x = (size: number) => LEFT + (Math.log10(Math.max(1, size)) / largest) * (WIDTH - LEFT - RIGHT);
  const y = (ratio: number) => TOP + ((high - Math.log2(ratio)) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const named = lines
    .filter(({ points }) => endOf(points) > NAMED_ABOVE)
    .sort((one, other) => endOf(other.points) - endOf(one.points));
  const flat = lines.filter((line) => !named.includes(line));
  const path = (points: (typeof lines)[number]['points']) =>
    points.map(({ size, ratio }) => `${round(x(size))},${round(y(ratio))}`).join(' ');
  let lowestName = TOP - LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">`,
    '<title>Growth</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="13">Time of a request, as a ratio to a small organization</text>`,
    ...Array.from({ length: high - low + 1 }, (_, step) => 2 ** (low + step)).map(
      (ratio) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(ratio))}" y2="${round(y(ratio))}" stroke="#e4e7ec"/>` +
        `<text x="${LEFT - 8}" y="${round(y(ratio) + 4)}" text-anchor="end">${ratio}x</text>`,
    ),
    ...sizes.map(
      (size) =>
        `<text x="${round(x(size))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
    ),
    `<text x="${LEFT}" y="${HEIGHT - 10}">members, pending invitations, audit entries (teams: up to 1,000)</text>`,
    ...flat.map(({ points }) => `<polyline fill="none" stroke="#98a2b3" points="${path(points)}"/>`),
    ...named.map(({ what, points }, index) => {
      const color = COLORS[index % COLORS.length];
      lowestName = Math.max(lowestName + LINE, y(endOf(points)));
      return (
        `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${path(points)}"/>` +
        `<text x="${WIDTH - RIGHT + 8}" y="${round(lowestName + 4)}" fill="${color}">${escaped(nameOf(what))}</text>`
      );
    }),
    `<text x="${WIDTH - RIGHT + 8}" y="${round(Math.max(lowestName + LINE, y(1)) + 4)}" fill="#667085">${flat.length} other operations</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function endOf(points: NonNullable<Row['points']>): number {
  return points.at(-1)?.ratio ?? 1;
}

/** Returns the name of an operation, without the size and the reason. */
function nameOf(what: string): string {
  return what.replace(/^growth to \d+: /, '').replace(/ \(.*$/, '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): string {
  return value.toFixed(1);
}
