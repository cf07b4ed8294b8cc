import { CLEAR } from '../../lib/cascades/clearing.ts';
import { dueJob, dueOrganization, duePlaceholder, dueTeam } from '../../lib/cascades/due.ts';
import { END_PLACEHOLDER } from '../../lib/cascades/placeholders.ts';
import { onSchedule } from '../../lib/http/schedule.ts';
import { dueInvitation } from '../../lib/invitations/due.ts';
import { dueRenewalRequest } from '../../lib/invitations/renewal-request.ts';
import { dueOffer } from '../../lib/organizations/ownership.ts';
import { dueWelcome } from '../../lib/organizations/welcome.ts';
import { sweepDue, type Workers } from '../../lib/outbox/sweep.ts';
import { dueGrant, dueGrantEnd, EXPIRE_GRANT } from '../../lib/sites/grants.ts';
import { dueSiteInvite } from '../../lib/sites/site-invite-mail.ts';
import { dueRequest } from '../../lib/sites/site-requesting.ts';
import { union } from '../../lib/table/access.ts';
import { dueSigningKeys } from '../../lib/table/signing-keys.ts';
import { RETRY_DELIVERIES, retryDeliveries } from '../../lib/webhooks/deliveries.ts';

/** The worker of each item type that may be due. */
const WORKERS: Workers = {
  Invitation: dueInvitation,
  SiteInvite: dueSiteInvite,
  Mail: dueRenewalRequest,
  RequestMail: dueRequest,
  GrantEndMail: dueGrantEnd,
  OfferMail: dueOffer,
  WelcomeMail: dueWelcome,
  SiteAccess: dueGrant,
  User: duePlaceholder,
  Organization: dueOrganization,
  DiscardedTeam: dueTeam,
  Job: dueJob,
  SigningKeys: dueSigningKeys,
};

const READABLE = ['ORG', 'USER', 'JOB', 'MAIL', 'SITE', 'TEAM', 'EMAIL', 'SIGNING'] as const;

/**
 * Processes due items: sends unsent mails and reminders, records the expiry of invitations and grants, deletes
 * unclaimed placeholder users, runs deletion cascades, rotates the key that signs statements of memberships, and retries
 * deliveries to webhooks.
 *
 * Each item is claimed with a lease before it is processed, so that concurrent or crashed runs do no harm: a mail is
 * sent at least once, and at most once more for each crash. An item that fails is retried later and doesn't block
 * others.
 */
export const schedule = onSchedule({
  schedule: 'rate(1 minute)',
  table: union(CLEAR, END_PLACEHOLDER, EXPIRE_GRANT, RETRY_DELIVERIES, {
    BatchGetItem: [...READABLE, 'OPERATOR'],
    // The counts of the brake.
    Query: ['ORG', 'LIMIT'],
    UpdateItem: ['ORG', 'EMAIL', 'JOB', 'USER', 'MAIL', 'SITE', 'LIMIT'],
    PutItem: ['AUDIT', 'SIGNING', 'JWKS'],
    DeleteItem: ['MAIL', 'SITE', 'EMAIL'],
  }),
  due: true,
  email: true,
  timeout: 55,
  async handle(tick) {
    // Beside each other: receivers that are slow delay no mail.
    const [{ did, error }, webhooks] = await Promise.all([sweepDue(WORKERS, READABLE, tick), retryDeliveries(tick)]);
    return { did: { ...did, ...webhooks }, ...(error !== undefined && { error }) };
  },
});
export const { handler } = schedule;
