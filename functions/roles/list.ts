import { roleLabels } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { RoleList } from '../../lib/dialects/v1/schemas.ts';
import { showRole } from '../../lib/dialects/v1/show.ts';
import { ROLES } from '../../lib/domain/roles.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';

export const returns = { 200: RoleList };

/**
 * Lists the roles, the most powerful first, with their names and descriptions in each language.
 *
 * These are the words of mails and pages, so that an application can call a role the same. They don't depend on the caller
 * and change only with the deployment.
 */
export const endpoint = forAnybody({
  format: v1,
  route: 'GET /v1/roles',
  depth: 0,
  async handle() {
    const labels = roleLabels();
    return { status: 200, body: { data: ROLES.map((role) => showRole(role, labels)) } };
  },
});
export const { handler } = endpoint;
