import { Token } from 'aws-cdk-lib';
import * as z from 'zod';
import { isAddress, normalizeAddress } from '../lib/domain/address.ts';
import { isRedirectUrl } from '../lib/domain/redirect.ts';

// The values that settings of a stage may have.

export const address = z.string().overwrite(normalizeAddress).refine(isAddress, 'is not an e-mail address');
export const url = z.url({ protocol: /^https$/, error: 'is not a URL that begins with https://' });
export const baseUrl = url.overwrite((text) => text.replace(/\/+$/, ''));
export const origin = z
  .string()
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'is neither an origin such as https://app.example.com nor *',
  );
/** An origin of pages that a browser may be sent to. */
export const webOrigin = z
  .string()
  .refine(
    (text) => isRedirectUrl(text) && new URL(text).origin === text,
    'is neither an origin such as https://app.example.com nor http://localhost:3000',
  );
/** A URL where a sign-in may end: of an application, of one on a developer's machine, or of an app on a phone. */
export const returnUrl = z
  .string()
  .refine(
    (text) =>
      URL.canParse(text) &&
      /^(https:|http:\/\/localhost[:/]|(?!(https?|javascript|data|file):)[a-z][a-z0-9+.-]*:)/.test(text),
    'is neither https://..., nor http://localhost..., nor an address with a scheme of an app such as myapp://signed-in',
  );
/** Whether a name is one of the time zone database, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
/** The name of an identity in SES: an address or a domain. Without the wildcards of IAM. */
export const mailIdentity = z
  .string()
  .overwrite((text) => (text.includes('@') ? normalizeAddress(text) : text.trim().toLowerCase()))
  .refine(
    (text) => !/[*?$]/.test(text) && isAddress(text.includes('@') ? text : `postmaster@${text}`),
    'is neither an e-mail address nor a domain',
  );
/** The name of a claim of ID tokens. */
export const claim = z.string().min(1).optional();
export const count = z.int().positive();
const ARNS = {
  sns: [/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'arn:aws:sns:eu-central-1:123456789012:alarms'],
  iam: [/^arn:[\w-]+:iam::(\d{12}|aws):policy\/\S+$/, 'arn:aws:iam::123456789012:policy/boundary'],
  acm: [
    /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/,
    'arn:aws:acm:eu-central-1:123456789012:certificate/1234abcd-...',
  ],
  wafv2: [
    /^arn:[\w-]+:wafv2:us-east-1:\d{12}:global\/webacl\/\S+$/,
    'arn:aws:wafv2:us-east-1:123456789012:global/webacl/...',
  ],
  backup: [
    /^arn:aws[\w-]*:backup:[\w-]+:\d{12}:backup-vault:[\w-]+$/,
    'arn:aws:backup:eu-west-1:123456789012:backup-vault:copies',
  ],
  dynamodb: [
    /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+\/stream\/[\w.:-]+$/,
    'arn:aws:dynamodb:eu-central-1:123456789012:table/Restored/stream/2026-01-01T00:00:00.000',
  ],
  kms: [/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-...'],
} as const;
/** An ARN. In an application of somebody's own it may be a reference to another resource. */
export const arn = (service: keyof typeof ARNS) =>
  z
    .string()
    .refine((text) => Token.isUnresolved(text) || ARNS[service][0].test(text), `is no ARN such as ${ARNS[service][1]}`);
