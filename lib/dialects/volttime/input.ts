import * as z from 'zod/mini';
import { addressMistake, isAddress, normalizeAddress } from '../../domain/address.ts';
import { CHARGER_ERRORS, CHARGER_STATUSES, IDENTITY } from '../../domain/charger.ts';
import { linesOf, nameOf, textOf } from '../../domain/input.ts';
import { readMoment } from '../../domain/moment.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isTimeZone } from '../../domain/site.ts';
import type { InviteTerms } from '../../domain/site-invite.ts';
import { attributeOf } from './format.ts';

/** A name, as long as Laravel's columns are. */
const Name = nameOf(255);

/** An e-mail address, in its one form. */
const Email = z.string().check(
  z.overwrite(normalizeAddress),
  z.minLength(1),
  z.maxLength(255),
  // What is missing or too long is told as that.
  z.refine((text) => text === '' || isAddress(text), {
    error: ({ input }) => addressMistake(input as string, 'must be a valid email address'),
  }),
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

/** What a charger calls itself. OCPP's limit is 48; Volt Time's is less. */
const Identity = z.string().check(
  z.trim(),
  z.minLength(1),
  z.maxLength(45),
  z.refine((text) => text === '' || IDENTITY.test(text), 'may have letters, digits, and *-_=:+|@. only'),
);

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

/** Laravel's boolean, which takes 0 and 1 too, as numbers and as text. */
const Flag = z.pipe(
  z.union([z.boolean(), z.enum(['0', '1']), z.literal([0, 1])], 'must be true or false'),
  z.transform((given) => given === true || Number(given) === 1),
);

/** Text that is empty, or a date after today, UTC's. */
const DateText = z.string().check(
  z.refine((text) => text === '' || readMoment(text) !== undefined, 'must be a valid date'),
  z.refine((text) => {
    const date = readMoment(text);
    return !date || date.toISOString().slice(0, 10) > new Date().toISOString().slice(0, 10);
  }, 'must be a date after today'),
);

/** A date to come that may be left out, as a moment in ISO 8601. */
const OptionalDate = z.optional(
  z.pipe(
    z.union([DateText, z.null()], 'must be a valid date'),
    z.transform((given) => (given ? readMoment(given)?.toISOString() : undefined)),
  ),
);

/** What grants sensitive data. */
export const SensitiveGrant = z
  .object({ expires_never: Flag, data_access_expires_at: OptionalDate })
  .check(
    requiredWhen(
      'data_access_expires_at',
      ({ expires_never: isEndless, data_access_expires_at: end }) => isEndless === false && !end,
      'expires never is false',
    ),
  );

/** Chargers by their integers, which are the only assets that there are. */
const Assets = z.optional(
  z.pipe(
    z.nullable(z.array(z.object({ asset_type: z.enum(['charger']), asset_id: z.int() }))),
    z.transform((given) => given?.map(({ asset_id }) => asset_id)),
  ),
);

/** What a team is to have access to. */
export const AssetAccess = z
  .object({ access_of_assets: z.enum(['full_access', 'limited_access']), accessible_assets: Assets })
  .check(
    requiredWhen(
      'accessible_assets',
      ({ access_of_assets, accessible_assets }) =>
        access_of_assets === 'limited_access' && (accessible_assets?.length ?? 0) === 0,
      'access of assets is limited_access',
    ),
  );

/** What invites a team of somebody's to a site. */
export const NewSiteInvite = z
  .object({
    email: Email,
    transfer_ownership: z.optional(Flag),
    data_access: z.optional(Flag),
    data_access_expires_at: OptionalDate,
    can_access_all_assets: z.optional(Flag),
    accessible_assets: Assets,
  })
  .check(
    requiredWhen(
      'accessible_assets',
      ({ can_access_all_assets: isAll, accessible_assets: assets }) => isAll === false && (assets?.length ?? 0) === 0,
      'can access all assets is false',
    ),
    // An empty list is no way to say all.
    requiredWhen(
      'accessible_assets',
      ({ can_access_all_assets: isAll, accessible_assets: assets }) => isAll === undefined && assets?.length === 0,
    ),
  );

/** What accepts an invite, on behalf of a team. */
export const AcceptedSiteInvite = z.object({
  token: z.string().check(
    z.minLength(1),
    z.refine((text) => text === '' || [...text].length === 64, 'must be 64 characters'),
  ),
  team_uuid: z.string().check(z.minLength(1)),
});

/** What asks for sensitive data. */
export const SensitiveRequest = z
  .object({
    reason: linesOf(255).check(z.minLength(1)),
    requested_data_expires_at: OptionalDate,
    requested_expires_never: z.optional(Flag),
  })
  .check(
    requiredWhen(
      'requested_data_expires_at',
      ({ requested_expires_never: isEndless, requested_data_expires_at: end }) => isEndless === false && !end,
      'requested expires never is false',
    ),
    requiredWhen(
      'requested_data_expires_at',
      ({ requested_expires_never: isEndless, requested_data_expires_at: end }) => isEndless === undefined && !end,
    ),
  );

/**
 * Laravel's `required_if`; without a condition its `required`. It is told beside other fields' mistakes: those fields are
 * as they were sent then.
 */
// @__NO_SIDE_EFFECTS__
function requiredWhen<T>(field: string & keyof T, isMissing: (input: T) => boolean, when?: string) {
  return z.check<T>(
    ({ value, issues }) => {
      // What is there and wrong isn't missing.
      if (issues.some(({ path }) => path?.[0] === field) || !isMissing(value)) return;
      issues.push({
        ...{ code: 'custom', path: [field], input: value },
        message: when === undefined ? 'is required' : `is required when ${when}`,
      });
    },
    // Unless it is no object at all.
    { when: ({ issues }) => issues.every(({ path }) => path !== undefined && path.length > 0) },
  );
}

/** Refuses a list of more than so many. @throws Refusal `validation_failed` */
export function requireAtMost(field: string, list: readonly unknown[] | undefined, limit: number): void {
  if (list && list.length > limit) throw wrong({ [field]: `must not have more than ${limit} items` });
}

function wrong(said: Readonly<Record<string, string>>): Refusal {
  const sentences = Object.entries(said).map(([field, text]) => [field, [`The ${attributeOf(field)} field ${text}.`]]);
  return new Refusal('validation_failed', Object.fromEntries(sentences));
}

/** The refusal of fields that name something that there is none of, for the caller. */
export function selectedInvalid(...fields: readonly string[]): Refusal {
  const sentences = fields.map((field) => [field, [`The selected ${attributeOf(field)} is invalid.`]]);
  return new Refusal('validation_failed', Object.fromEntries(sentences));
}

/**
 * The chargers that a field names, all of which stand on the site.
 *
 * @param ids by their place in the field; undefined where there is no such charger
 * @param present those of the site
 */
export function requireAssets(ids: readonly (string | undefined)[], present: ReadonlySet<string>): string[] {
  const missing = ids.flatMap((id, index) => (id && present.has(id) ? [] : [`accessible_assets.${index}.asset_id`]));
  if (missing.length > 0) throw selectedInvalid(...missing);
  return [...present];
}

/** What an invite gives: to single chargers where any are named, unless it says that it is to all. */
export function inviteTermsOf(
  { transfer_ownership, data_access, data_access_expires_at: expiresAt }: z.output<typeof NewSiteInvite>,
  assets: readonly string[] | undefined,
): InviteTerms {
  return {
    transferOwnership: transfer_ownership ?? false,
    ...(data_access && { sensitive: { ...(expiresAt && { expiresAt }) } }),
    ...(assets && { assets }),
  };
}

/** The integers of the chargers that an invite is limited to; undefined: it isn't. */
export function assetsOf({ can_access_all_assets, accessible_assets }: z.output<typeof NewSiteInvite>) {
  return can_access_all_assets ? undefined : accessible_assets;
}
