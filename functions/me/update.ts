import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Profile } from '../../lib/dialects/v1/schemas.ts';
import { showProfile } from '../../lib/dialects/v1/show.ts';
import { PersonName, Username } from '../../lib/domain/input.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { getCaller } from '../../lib/people/people.ts';
import { updateProfile } from '../../lib/people/profiles.ts';

export const returns = { 200: Profile };
export const example = { firstName: 'Jane', lastName: 'Doe', username: 'jane.doe' };

/**
 * Sets the caller's names, in all of their organizations.
 *
 * Later sign-ins don't overwrite them.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'PATCH /v1/me',
  table: {
    BatchGetItem: ['USER'],
    Query: ['USER'],
    UpdateItem: ['USER', 'ORG', 'IDENTITY'],
    PutItem: ['EMAIL', 'AUDIT'],
  },
  depth: 5,
  body: z.strictObject({
    firstName: z.optional(PersonName),
    lastName: z.optional(PersonName),
    username: z.optional(Username),
  }),
  async handle({ body, person }) {
    const user = await getCaller(person.userId);
    const updated = await updateProfile(person.auditContext, person.claims.identity, user, body);
    return { status: 200, body: showProfile(updated) };
  },
});
export const { handler } = endpoint;
