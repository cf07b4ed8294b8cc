import * as z from 'zod/mini';

// The schemas of answers and requests in Papershift's dialect, for the documents and the tests. No handler imports this
// file, so that bundles don't contain it.

const uuid = z.uuid();
const timestamp = z.iso.datetime({ precision: 3 });
const identifier = z.strictObject({ id: uuid, type: z.literal('team') });
const flag = z.boolean();

/** A team. Its attributes and relationships depend on the sparse fieldset and the included resources. */
export const PapershiftTeam = z.strictObject({
  id: uuid,
  type: z.literal('team'),
  attributes: z.optional(
    z.strictObject({
      account_id: z.optional(uuid),
      discarded_at: z.optional(z.nullable(timestamp)),
      name: z.optional(z.string()),
      parent_team_id: z.optional(z.nullable(uuid)),
    }),
  ),
  relationships: z.optional(
    z.strictObject({
      parent_team: z.optional(z.strictObject({ data: z.nullable(identifier) })),
      team_memberships: z.optional(
        z.strictObject({
          data: z.array(z.strictObject({ id: uuid, type: z.literal('team_membership') })),
          meta: z.strictObject({ total: z.int() }),
        }),
      ),
    }),
  ),
  meta: z.strictObject({
    permissions: z.strictObject({
      actions: z.strictObject({ edit: flag, delete: flag }),
      team_memberships: z.strictObject({ create: flag, edit: flag, delete: flag }),
    }),
  }),
});

export const PapershiftTeamMembership = z.strictObject({
  id: uuid,
  type: z.literal('team_membership'),
  attributes: z.optional(
    z.strictObject({
      team_id: z.optional(uuid),
      user_id: z.optional(uuid),
      role: z.optional(z.enum(['owner', 'moderator', 'member'])),
      created_at: z.optional(timestamp),
      updated_at: z.optional(timestamp),
    }),
  ),
});

const included = z.optional(z.array(z.union([PapershiftTeam, PapershiftTeamMembership])));

/** The document of one team. */
export const PapershiftTeamDocument = z.strictObject({ data: PapershiftTeam, included });

/** The document of a page of teams. */
export const PapershiftTeamList = z.strictObject({
  data: z.array(PapershiftTeam),
  included,
  links: z.strictObject({
    self: z.url(),
    first: z.url(),
    last: z.url(),
    prev: z.nullable(z.url()),
    next: z.nullable(z.url()),
  }),
  meta: z.strictObject({ total: z.int().check(z.minimum(0)) }),
});

/** Every refusal. */
export const PapershiftProblem = z.strictObject({
  errors: z
    .array(
      z.strictObject({
        id: z.optional(z.string()),
        status: z.string().check(z.regex(/^[45]\d\d$/)),
        code: z.string(),
        title: z.string(),
        detail: z.string(),
        source: z.optional(
          z.union([
            z.strictObject({ pointer: z.string() }),
            z.strictObject({ parameter: z.string() }),
            z.strictObject({ header: z.string() }),
          ]),
        ),
        meta: z.strictObject({ attribute: z.string(), code: z.string(), message: z.string() }),
      }),
    )
    .check(z.minLength(1)),
});

const attributes = {
  name: z.string().check(z.minLength(1), z.maxLength(100)),
  parent_team_id: z.optional(uuid),
};
const relationships = z.optional(z.object({ parent_team: z.optional(z.object({ data: identifier })) }));
const type = z.literal('team');

/** The body of a request that creates a team. */
export const PapershiftNewTeam = z.object({
  data: z.object({ type, attributes: z.object(attributes), relationships }),
});
/** The body of a request that changes a team. */
export const PapershiftChangedTeam = z.object({
  data: z.object({ id: uuid, type, attributes: z.optional(z.partial(z.object(attributes))), relationships }),
});
/** The body of a request that changes a team by PUT. */
export const PapershiftPutTeam = z.object({
  data: z.object({
    id: z.optional(uuid),
    type,
    attributes: z.optional(z.partial(z.object(attributes))),
    relationships,
  }),
});
