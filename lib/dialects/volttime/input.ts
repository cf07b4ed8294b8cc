import * as z from 'zod/mini';
import { isAddress, normalizeAddress } from '../../domain/address.ts';
import { CHARGER_ERRORS, CHARGER_STATUSES } from '../../domain/charger.ts';
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

/** OCPP's limit is 48; Volt Time's is less. */
const Identity = nameOf(45);

/** What makes a charger. */
export const NewCharger = z.object({ identity: Identity, reference: nullable(textOf(255)) });

/** What may change about a charger. */
export const ChargerChanges = z.object({ identity: z.optional(Identity), reference: nullable(textOf(255)) });

/** How a charger is. It has never been seen before, so that it can't be said of it. */
export const ChargerReport = z.object({
  connection_status: z.optional(z.enum(['offline', 'online'])),
  status: z.optional(z.nullable(z.enum(CHARGER_STATUSES))),
  error: z.optional(z.nullable(z.enum(CHARGER_ERRORS))),
  error_info: nullable(textOf(255)),
});

/** The refusal of a field that names something that there is none of, for the caller. */
export function selectedInvalid(field: string): Refusal {
  return new Refusal('validation_failed', { [field]: [`The selected ${field.replaceAll('_', ' ')} is invalid.`] });
}
