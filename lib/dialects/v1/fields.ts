import * as z from 'zod/mini';
import { LANGUAGES } from '../../domain/language.ts';
import { ROLES } from '../../domain/roles.ts';

// The schemas of fields of the native API's answers.

export const timestamp = z.iso.datetime({ precision: 3 });
export const id = (prefix: string) => z.string().check(z.regex(new RegExp(`^${prefix}_[0-7][0-9a-v]{25}$`)));
export const organizationId = id('org');
export const userId = id('usr');
export const memberId = id('mem');
/** Of a user, an integration or an operator's key. */
export const creatorId = z.string().check(z.regex(/^(usr|int|opk)_[0-7][0-9a-v]{25}$/));
export const role = z.enum(ROLES);
export const language = z.enum(LANGUAGES);
/** The domain is in Unicode, not in Punycode. */
export const address = z.email({ pattern: z.regexes.unicodeEmail });
export const teamId = z.string().check(z.regex(/^team_[01][0-9a-v]{19}$/));
