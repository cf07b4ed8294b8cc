import { interleaved, type Row, timed } from './measure.ts';
import { withService } from './service.ts';

const [SMALL, LARGE] = [100, 10_000];
const ROUNDS = 150;
/** The default number of rows of a page. */
const PER_PAGE = 20;

/** Measures whether a page of a list takes longer if the list is longer. */
export function growth(): Promise<Row[]> {
  return withService(async ({ organization, addMembers }) => {
    const pagesOf = async (members: number) => {
      const { id, call } = await organization();
      await addMembers(id, members - 1);
      // A page in the middle, which page numbers can still reach.
      const middle = Math.floor(members / 2 / PER_PAGE);
      const { meta } = await call(`GET /v1/members?page=${middle}`, 200);
      if (meta.total !== members) throw new Error(`The list has ${meta.total} members, not ${members}.`);
      return {
        first: () => timed(() => call('GET /v1/members', 200)),
        next: () => timed(() => call(`GET /v1/members?cursor=${meta.nextCursor}`, 200)),
      };
    };
    const [small, large] = [await pagesOf(SMALL), await pagesOf(LARGE)];
    const measures = { small: small.first, large: large.first, smallNext: small.next, largeNext: large.next };
    await interleaved(20, measures);
    const ms = await interleaved(ROUNDS, measures);
    const row = (what: string, figure: number, reference: number): Row => ({
      ...{ what: `${what} of ${LARGE} members`, figure, unit: 'ms', goal: { atMost: 1.1 } },
      reference: { what: `of ${SMALL}`, figure: reference },
    });
    return [row('first page', ms.large, ms.small), row("a cursor's page", ms.largeNext, ms.smallNext)];
  });
}
