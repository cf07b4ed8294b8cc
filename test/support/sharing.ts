import { shortIdFromUuid } from '../../lib/domain/ids.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import type { GivenAccess } from '../../lib/domain/site-access.ts';
import { sharingWrites } from '../../lib/sites/sharing.ts';
import { getAccess, getSite } from '../../lib/sites/sites.ts';
import { retryWhileStale, transact } from '../../lib/table/write.ts';
import { locateTeam } from '../../lib/teams/teams.ts';
import type { Service } from './service.ts';

/** Points the code of `lib/table` in this process to the table of a test. */
export function useTableOf({ stack }: Service): void {
  process.env.TABLE_NAME = stack.table;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = stack.dynamodb;
  process.env.AWS_REGION = 'eu-central-1';
  process.env.AWS_ACCESS_KEY_ID = 'LOCALADMIN';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
}

/**
 * Gives a team access to a site without an invite, because invites are limited per minute. Writes the same transaction
 * as an accepted invite, with the same code, to the table of a test.
 *
 * @param site its UUID
 * @param team its UUID
 */
export async function share(service: Service, site: string, team: string, grant: GivenAccess = {}): Promise<void> {
  useTableOf(service);
  const [siteId, id] = [shortIdFromUuid('site', site) as string, shortIdFromUuid('team', team) as string];
  const by = { type: 'system', id: 'sweep' } as const;
  const origin = { requestId: 'test', sourceAddress: null };
  await retryWhileStale(async () => {
    const found = await getSite(siteId);
    const [home, present] = await Promise.all([locateTeam({ id }), getAccess(siteId, id)]);
    if (!found || !home) throw new Error(`There is no site ${site}, or no team ${team}.`);
    const to = { id, organizationId: home.organizationId };
    await transact(
      sharingWrites(
        { now: new Date(), by, origin },
        { site: found, team: to, present, given: grant, limits: DEFAULT_LIMITS },
      ),
    );
  });
}
