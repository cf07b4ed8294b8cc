import * as z from 'zod/mini';
import { configuration, organizationCreators } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { MyOrganization } from '../../lib/dialects/v1/schemas.ts';
import { showMembership } from '../../lib/dialects/v1/show.ts';
import { Address, LanguageName, Name, PersonName, UserId } from '../../lib/domain/input.ts';
import { languageOf } from '../../lib/domain/language.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { actorIs, organizationCountUpdate } from '../../lib/organizations/members.ts';
import { createOrganization } from '../../lib/organizations/organizations.ts';
import { getCaller } from '../../lib/people/people.ts';
import { vouchFor, vouchWrites } from '../../lib/people/vouching.ts';

export const returns = { 201: MyOrganization };
export const example = { name: 'Acme Energy' };

type Created = Awaited<ReturnType<typeof createOrganization>>;

const answer = ({ organization, member }: Created) => ({
  status: 201,
  body: showMembership({ ...member, organization }),
});

/**
 * Creates an organization, with the caller as its owner and first ADMIN.
 *
 * The language of its mails is `language`, or the one that the request's `Accept-Language` prefers. The deployment
 * decides who may create organizations: every person with a verified address, or only listed addresses. An operator's
 * key names the `owner`, by the id of a user or by an address. Whoever signs in with that verified address first is the
 * owner; nothing is mailed.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'POST /v1/organizations',
  permission: 'organization:create',
  table: {
    BatchGetItem: ['USER', 'EMAIL'],
    ConditionCheckItem: ['OPERATOR'],
    PutItem: ['ORG', 'USER', 'EMAIL', 'AUDIT', 'TEAM', 'TEAMNO'],
    UpdateItem: ['ORG', 'USER', 'EMAIL'],
  },
  depth: 3,
  creates: true,
  body: z.strictObject({
    name: Name,
    language: z.optional(LanguageName),
    owner: z.optional(
      z.union([
        z.strictObject({ userId: UserId }),
        z.strictObject({ email: Address, firstName: z.optional(PersonName), lastName: z.optional(PersonName) }),
      ]),
    ),
  }),
  refuses: ['organization_limit_reached', 'organization_creation_forbidden', 'user_not_found'],
  async handle({ body, request, person, remember }) {
    if (body.owner)
      throw new Refusal('validation_failed', { owner: ['is the caller: only an operator names another'] });
    const { limits } = configuration();
    const creators = organizationCreators();
    if (creators.length > 0 && !creators.includes(person.email)) {
      throw new Refusal('organization_creation_forbidden');
    }
    const user = await getCaller(person.userId);
    const { name, language = languageOf(request.headers['accept-language'], 'en') } = body;
    const owning = [organizationCountUpdate(user, limits, request.now)];
    return answer(
      await createOrganization(person.auditContext, { name, language, user, owning }, (created) =>
        remember(answer(created)),
      ),
    );
  },
  async handleOperator({ body, request, actor, auditContext, remember }) {
    const { name, language = languageOf(request.headers['accept-language'], 'en'), owner } = body;
    if (!owner) throw new Refusal('validation_failed', { owner: ['must name the owner: by userId or email'] });
    const vouched = await vouchFor(owner, request.now);
    if (!vouched) throw new Refusal('user_not_found');
    const owning = [...actorIs(actor), ...vouchWrites(vouched, configuration().limits, request.now)];
    return answer(
      await createOrganization(auditContext, { name, language, user: vouched.user, owning }, (created) =>
        remember(answer(created)),
      ),
    );
  },
});
export const { handler } = endpoint;
