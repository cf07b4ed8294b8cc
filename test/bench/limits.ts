import { exceeded, limits as limitsOf, nearest, TIMES, usage } from './limits/capacity.ts';
import { acceptAtOnce } from './limits/hot-spots.ts';
import type { Row } from './measure.ts';

/** The people who accept at once, and the seconds that this may take. */
const [CROWD, MAX_SECONDS] = [200, 2];

/** Computes, from published limits and recorded units, what carries how much and what gives way first. */
export async function limits(): Promise<Row[]> {
  const crowd = acceptAtOnce(CROWD);
  return [
    ...limitsOf().map(
      ({ what, of, unit, capacity, needed }): Row => ({
        ...{ what: `one ${of}: ${what}`, figure: capacity, unit },
        reference: { what: "for today's largest customer", figure: needed },
      }),
    ),
    ...TIMES.map((times): Row => {
      const [first = nearest(times)] = exceeded(times);
      const state = usage(first, times) > 1 ? 'gives way first' : 'is nearest to its limit';
      const what = `at ${times} times today's largest customer ${state}: ${first.what} of the ${first.of}`;
      return { what, figure: 100 * usage(first, times), unit: '%', goal: { atMost: 100 } };
    }),
    {
      what: `simulated: ${CROWD} people accept at once`,
      figure: crowd.seconds,
      unit: 's',
      goal: { atMost: MAX_SECONDS },
    },
    {
      what: `simulated: ${CROWD} people accept at once, refused`,
      figure: crowd.lost,
      unit: 'people',
      goal: { atMost: 0 },
    },
  ];
}
