import * as z from 'zod/mini';
import { isAddress, normalizeAddress } from '../../domain/address.ts';
import { nameOf, textOf } from '../../domain/input.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isTimeZone } from '../../domain/site.ts';

/** A name, as long as Laravel's columns are. */
const Name = nameOf(255);

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

/** Text that may be left out or taken away: Laravel makes null of what is empty. */
// @__NO_SIDE_EFFECTS__
function nullable(text: z.ZodMiniString) {
  return z.optional(
    z.pipe(
      z.nullable(text),
      z.transform((given) => given || null),
    ),
  );
}

const TimeZone = textOf(255).check(z.refine((text) => text === '' || isTimeZone(text), 'must be a valid timezone'));

/** What makes a site. */
export const NewSite = z.object({
  name: Name,
  team_uuid: z.string().check(z.minLength(1)),
  address: nullable(textOf(255)),
  timezone: nullable(TimeZone),
});

/** What may change about a site. */
export const SiteChanges = z.object({
  name: z.optional(Name),
  address: nullable(textOf(255)),
  timezone: nullable(TimeZone),
});

/** The refusal of a field that names something that there is none of, for the caller. */
export function selectedInvalid(field: string): Refusal {
  return new Refusal('validation_failed', { [field]: [`The selected ${field.replaceAll('_', ' ')} is invalid.`] });
}
