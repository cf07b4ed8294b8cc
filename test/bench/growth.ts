import { interleaved, type Row, timed } from './measure.ts';
import { withService } from './service.ts';

const [SMALL, LARGE] = [100, 10_000];
const ROUNDS = 150;
/** Rows of a page, unless asked for more. */
const PER_PAGE = 20;

/** Whether a list's page takes longer the longer the list is. */
export function growth(): Promise<Row[]> {
  return withService(async ({ organization, addMembers }) => {
    const pagesOf = async (members: number) => {
      const { id, call } = await organization();
      await addMembers(id, members - 1);
      // From the middle, as far as page numbers go.
      const middle = Math.floor(members / 2 / PER_PAGE);
      const { meta } = await call(`GET /v1/members?page=${middle}`, 200);
      if (meta.total !== members) throw new Error(`The list says that it has ${meta.total} members, not ${members}.`);
      return {
        first: () => timed(() => call('GET /v1/members', 200)),
        next: () => timed(() => call(`GET /v1/members?cursor=${meta.nextCursor}`, 200)),
      };
    };
    const [small, large] = [await pagesOf(SMALL), await pagesOf(LARGE)];
    const measures = { small: small.first, large: large.first, smallNext: small.next, largeNext: large.next };
    await interleaved(20, measures);
    const ms = await interleaved(ROUNDS, measures);
    const row = (what: string, figure: number, beside: number): Row => ({
      ...{ what: `${what} of ${LARGE} members`, figure, unit: 'ms', goal: { atMost: 1.1 } },
      beside: { what: `of ${SMALL}`, figure: beside },
    });
    return [row('first page', ms.large, ms.small), row("a cursor's page", ms.largeNext, ms.smallNext)];
  });
}
