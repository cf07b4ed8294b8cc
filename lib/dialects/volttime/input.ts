import * as z from 'zod/mini';
import { addressMistake, isAddress, normalizeAddress } from '../../domain/address.ts';
import { CHARGER_ERRORS, CHARGER_STATUSES, IDENTITY } from '../../domain/charger.ts';
import { linesOf, nameOf, textOf } from '../../domain/input.ts';
import { readMoment } from '../../domain/moment.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isTimeZone } from '../../domain/site.ts';
import type { InviteTerms } from '../../domain/site-invite.ts';
import { attributeOf } from './format.ts';

/** A name, up to the length of Laravel's columns. */
const Name = nameOf(255);

/** An e-mail address, normalized. */
const Email = z.string().check(
  z.overwrite(normalizeAddress),
  z.minLength(1),
  z.maxLength(255),
  // Missing and too long addresses have their own errors.
  z.refine((text) => text === '' || isAddress(text), {
    error: ({ input }) => addressMistake(input as string, 'must be a valid email address'),
  }),
);

/** The input for a new team. Volt Time's example has an unknown `type`, so unknown ones are accepted as `Other`. */
export const NewTeam = z.object({
  name: Name,
  email: Email,
  type: z.string().check(z.trim(), z.minLength(1), z.maxLength(255)),
});

/** Text that may be omitted or removed. Laravel converts empty text to null. */
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

/** The input for a new site. */
export const NewSite = z.object({
  name: Name,
  team_uuid: z.string().check(z.minLength(1)),
  address: nullable(textOf(255)),
  timezone: nullable(TimeZone),
});

/** The changes of a site. */
export const SiteChanges = z.object({
  name: z.optional(Name),
  address: nullable(textOf(255)),
  timezone: nullable(TimeZone),
});

/** A charger's identity. OCPP's limit is 48 characters; Volt Time's is lower. */
const Identity = z.string().check(
  z.trim(),
  z.minLength(1),
  z.maxLength(45),
  z.refine((text) => text === '' || IDENTITY.test(text), 'may have letters, digits, and *-_=:+|@. only'),
);

/** The input for a new charger. */
export const NewCharger = z.object({ identity: Identity, reference: nullable(textOf(255)) });

/** The changes of a charger. */
export const ChargerChanges = z.object({ identity: z.optional(Identity), reference: nullable(textOf(255)) });

/** The reported state of a charger. `never_seen` can't be reported. */
export const ChargerReport = z.object({
  connection_status: z.optional(z.enum(['offline', 'online'])),
  status: z.optional(z.nullable(z.enum(CHARGER_STATUSES))),
  error: z.optional(z.nullable(z.enum(CHARGER_ERRORS))),
  error_info: nullable(textOf(255)),
});

/** Laravel's boolean, which also accepts 0 and 1, as numbers or text. */
const Flag = z.pipe(
  z.union([z.boolean(), z.enum(['0', '1']), z.literal([0, 1])], 'must be true or false'),
  z.transform((given) => given === true || Number(given) === 1),
);

/** Empty text, or a date after today in UTC. */
const DateText = z.string().check(
  z.refine((text) => text === '' || readMoment(text) !== undefined, 'must be a valid date'),
  z.refine((text) => {
    const date = readMoment(text);
    return !date || date.toISOString().slice(0, 10) > new Date().toISOString().slice(0, 10);
  }, 'must be a date after today'),
);

/** An optional future date, as a time in ISO 8601. */
const OptionalDate = z.optional(
  z.pipe(
    z.union([DateText, z.null()], 'must be a valid date'),
    z.transform((given) => (given ? readMoment(given)?.toISOString() : undefined)),
  ),
);

/** The input of a grant of sensitive data. */
export const SensitiveGrant = z
  .object({ expires_never: Flag, data_access_expires_at: OptionalDate })
  .check(
    requiredWhen(
      'data_access_expires_at',
      ({ expires_never: isEndless, data_access_expires_at: end }) => isEndless === false && !end,
      'expires never is false',
    ),
  );

/** Chargers by their numbers. There are no other assets. */
const Assets = z.optional(
  z.pipe(
    z.nullable(z.array(z.object({ asset_type: z.enum(['charger']), asset_id: z.int() }))),
    z.transform((given) => given?.map(({ asset_id }) => asset_id)),
  ),
);

/** The input for limiting a team's access. */
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

/** The input for a new site invite. */
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
    // An empty list doesn't mean all chargers.
    requiredWhen(
      'accessible_assets',
      ({ can_access_all_assets: isAll, accessible_assets: assets }) => isAll === undefined && assets?.length === 0,
    ),
  );

/** The input for accepting an invite for a team. */
export const AcceptedSiteInvite = z.object({
  token: z.string().check(
    z.minLength(1),
    z.refine((text) => text === '' || [...text].length === 64, 'must be 64 characters'),
  ),
  team_uuid: z.string().check(z.minLength(1)),
});

/** The input for requesting sensitive data. */
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
 * Laravel's `required_if`, or `required` without a condition. It is checked even if other fields are invalid;
 * `isMissing` then gets these fields as they were sent.
 */
// @__NO_SIDE_EFFECTS__
function requiredWhen<T>(field: string & keyof T, isMissing: (input: T) => boolean, when?: string) {
  return z.check<T>(
    ({ value, issues }) => {
      // A field that is present and invalid isn't missing.
      if (issues.some(({ path }) => path?.[0] === field) || !isMissing(value)) return;
      issues.push({
        ...{ code: 'custom', path: [field], input: value },
        message: when === undefined ? 'is required' : `is required when ${when}`,
      });
    },
    // Only if the input is an object.
    { when: ({ issues }) => issues.every(({ path }) => path !== undefined && path.length > 0) },
  );
}

/** Refuses a list with more than `limit` items. @throws Refusal `validation_failed` */
export function requireAtMost(field: string, list: readonly unknown[] | undefined, limit: number): void {
  if (list && list.length > limit) throw wrong({ [field]: `must not have more than ${limit} items` });
}

function wrong(said: Readonly<Record<string, string>>): Refusal {
  const sentences = Object.entries(said).map(([field, text]) => [field, [`The ${attributeOf(field)} field ${text}.`]]);
  return new Refusal('validation_failed', Object.fromEntries(sentences));
}

/** Returns the refusal of fields that refer to something unknown to the caller. */
export function selectedInvalid(...fields: readonly string[]): Refusal {
  const sentences = fields.map((field) => [field, [`The selected ${attributeOf(field)} is invalid.`]]);
  return new Refusal('validation_failed', Object.fromEntries(sentences));
}

/**
 * Returns the ids of the chargers in a field. All have to be on the site.
 *
 * @param ids in the order of the field; undefined: no such charger
 * @param present those ids that are on the site
 */
export function requireAssets(ids: readonly (string | undefined)[], present: ReadonlySet<string>): string[] {
  const missing = ids.flatMap((id, index) => (id && present.has(id) ? [] : [`accessible_assets.${index}.asset_id`]));
  if (missing.length > 0) throw selectedInvalid(...missing);
  return [...present];
}

/** Returns the terms of an invite. With `assets`, access is limited to these chargers. */
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

/** Returns the numbers of the chargers that an invite is limited to; undefined: all chargers. */
export function assetsOf({ can_access_all_assets, accessible_assets }: z.output<typeof NewSiteInvite>) {
  return can_access_all_assets ? undefined : accessible_assets;
}
