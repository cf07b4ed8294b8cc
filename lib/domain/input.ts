import * as z from 'zod/mini';
import { addressMistake, isAddress, normalizeAddress } from './address.ts';
import { isId } from './ids.ts';
import { LANGUAGES } from './language.ts';
import { isRedirectUrl } from './redirect.ts';
import { ROLES } from './roles.ts';
import { TEAM_ROLES } from './team.ts';
import { isVisible } from './user-text.ts';

/** An e-mail address of a request, normalized. */
export const Address = z.pipe(
  z.pipe(z.string().check(z.maxLength(320)), z.transform(normalizeAddress)),
  z.string().check(z.refine(isAddress, { error: ({ input }) => addressMistake(input as string) })),
);

/** A role of a request: one value of the enum, never a list or a padded string (better-auth #9962). */
export const RoleName = z.enum(ROLES);

/** The number of days after which a credential expires. */
export const ExpiryDays = z.int().check(z.minimum(1), z.maximum(3650));

/** A language of mails and pages. */
export const LanguageName = z.enum(LANGUAGES);

/** Text that can be stored and shown: no control characters, and no lone surrogates. */
const shownText = z.refine<string>(
  (text: string) => text.isWellFormed() && !/\p{Cc}/u.test(text),
  'must not have control characters',
);

/** Returns the schema of a name of at most `limit` characters: trimmed, with a visible character. */
// @__NO_SIDE_EFFECTS__
export function nameOf(limit: number) {
  return z
    .string()
    .check(
      z.trim(),
      z.minLength(1),
      z.maxLength(limit),
      shownText,
      z.refine(isVisible, 'must have something that can be seen'),
    );
}
export const Name = nameOf(100);

/** Words, or a whole address, that are searched for. */
export const SearchText = z
  .string()
  .check(z.maxLength(254), z.refine(isVisible, 'must have something that can be seen'));

/** Returns the schema of a text of at most `limit` characters: trimmed, possibly empty. */
// @__NO_SIDE_EFFECTS__
export function textOf(limit: number) {
  return z.string().check(z.trim(), z.maxLength(limit), shownText);
}

/** A first or last name: empty, or with a visible character. */
export const PersonName = textOf(100).check(
  z.refine((text) => text === '' || isVisible(text), 'must have something that can be seen, or be empty'),
);

/** A few sentences. */
export const Description = textOf(500);

/** A username, by Rocket.Chat's default rule. */
export const Username = z
  .string()
  .check(z.minLength(1), z.maxLength(100), z.regex(/^[0-9a-zA-Z-_.]+$/, 'may have letters, digits, and -_. only'));

/** The id of a team. */
export const TeamId = z.string().check(z.refine((text) => isId('team', text), 'must be the id of a team'));

/** The id of a user. */
export const UserId = z.string().check(z.refine((text) => isId('user', text), 'must be the id of a user'));

/** The role of a member in a team. */
export const TeamRoleName = z.enum(TEAM_ROLES);

/** Returns the schema of a text with line breaks of at most `limit` characters: trimmed, possibly empty. */
// @__NO_SIDE_EFFECTS__
export function linesOf(limit: number) {
  return z.string().check(
    z.trim(),
    z.maxLength(limit),
    z.refine((text) => text.isWellFormed() && !/[^\P{Cc}\n\r\t]/u.test(text), 'must not have control characters'),
  );
}

/** The inviter's message to the invitee. */
export const MessageText = linesOf(500);

/** A URL where a browser is sent. Whether its origin is allowed depends on the configuration. */
export const RedirectUrl = z
  .string()
  .check(
    z.maxLength(1000),
    z.refine(isRedirectUrl, 'must be a URL that begins with https://, or with http://localhost, without a user name'),
  );

/** The fields of an invitation in a request. */
export const INVITATION_INPUT = {
  email: Address,
  role: RoleName,
  /** How many days it is valid, from its creation and from each resend. */
  expiresInDays: z.optional(z.int().check(z.minimum(1), z.maximum(30))),
  message: z.optional(MessageText),
  language: z.optional(LanguageName),
  teams: z.optional(z.array(TeamId).check(z.maxLength(20))),
  redirectUrl: z.optional(RedirectUrl),
};

/** A row of a bulk request. Each row is validated alone, as `InvitationRow`: an invalid one doesn't stop the others. */
export const AnyInvitationRow = z.unknown();
export const InvitationRow = z.strictObject(INVITATION_INPUT);

/** The subject of a sign-in, as in ID tokens. */
export const Subject = z.string().check(z.minLength(1), z.maxLength(255));

/** As `AnyInvitationRow`, of `MemberRow`. */
export const AnyMemberRow = z.unknown();

/** A person whom an operator's key makes a member. */
export const MemberRow = z.strictObject({
  email: Address,
  role: RoleName,
  firstName: z.optional(PersonName),
  lastName: z.optional(PersonName),
  teams: z.optional(z.array(TeamId).check(z.maxLength(20))),
  /** Of the person's future sign-in, at the issuer of the deployment. */
  subject: z.optional(Subject),
  issuer: z.optional(z.string().check(z.maxLength(2048))),
  sendEmail: z.optional(z.boolean()),
});
