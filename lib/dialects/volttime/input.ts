import * as z from 'zod/mini';
import { isAddress, normalizeAddress } from '../../domain/address.ts';
import { nameOf } from '../../domain/input.ts';

/** A name, as long as Laravel's columns are. */
export const Name = nameOf(255);

/** An e-mail address, in its one form. */
const Email = z.string().check(
  z.overwrite(normalizeAddress),
  z.minLength(1),
  z.maxLength(255),
  // What is missing or too long is told as that.
  z.refine((text) => text === '' || isAddress(text), 'must be a valid email address'),
);

/** What makes a team. Volt Time's own request has a `type` that there is none of: it makes a team of type `Other`. */
export const NewTeam = z.object({
  name: Name,
  email: Email,
  type: z.string().check(z.trim(), z.minLength(1), z.maxLength(255)),
});
