import * as z from 'zod/mini';
import { configuration, organizationCreators } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { MyOrganization } from '../../lib/dialects/v1/schemas.ts';
import { showMembership } from '../../lib/dialects/v1/show.ts';
import { LanguageName, Name } from '../../lib/domain/input.ts';
import { languageOf } from '../../lib/domain/language.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { createOrganization } from '../../lib/organizations/organizations.ts';
import { getCaller } from '../../lib/people/people.ts';

export const returns = { 201: MyOrganization };
export const example = { name: 'Acme Energy' };

/**
 * Creates an organization, with the caller as its owner and first ADMIN.
 *
 * The language of its mails is `language`, or the one that the request's `Accept-Language` prefers. The deployment
 * decides who may create organizations: every person with a verified address, or only listed addresses.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'POST /v1/organizations',
  table: { BatchGetItem: ['USER'], PutItem: ['ORG', 'USER', 'AUDIT', 'TEAM', 'TEAMNO'], UpdateItem: ['ORG', 'USER'] },
  depth: 3,
  creates: true,
  body: z.strictObject({ name: Name, language: z.optional(LanguageName) }),
  refuses: ['organization_limit_reached', 'organization_creation_forbidden'],
  async handle({ body, request, person, remember }) {
    const { limits } = configuration();
    const creators = organizationCreators();
    if (creators.length > 0 && !creators.includes(person.email)) {
      throw new Refusal('organization_creation_forbidden');
    }
    const user = await getCaller(person.userId);
    const { name, language = languageOf(request.headers['accept-language'], 'en') } = body;
    const answer = ({ organization, member }: Awaited<ReturnType<typeof createOrganization>>) => ({
      status: 201,
      body: showMembership({ ...member, organization }),
    });
    const created = await createOrganization(person.auditContext, { name, language, user, limits }, (creating) =>
      remember(answer(creating)),
    );
    return answer(created);
  },
});
export const { handler } = endpoint;
