import { configuration, homeUrl, roleLabels } from '../configuration.ts';
import type { Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { Mail } from '../email/mime.ts';
import { mutedMail } from '../email/muted.ts';
import { welcomeMail } from '../email/welcome.ts';
import { getInvited } from '../invitations/invitations.ts';
import { MAIL_FIELDS, MAILS, mailWork, type OutboxMail } from '../outbox/mails.ts';
import { deliver } from '../outbox/outbox.ts';
import type { Work } from '../outbox/sweep.ts';
import { getUser } from '../people/people.ts';
import type { DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { getMember } from './members.ts';
import { getOrganization } from './organizations.ts';

/** A mail that tells a person about their membership. */
export interface WelcomeMail extends OutboxMail {
  readonly organizationId: string;
  readonly memberId: string;
}

/** A new member, and the mail that tells them, if they are told. */
export interface Welcome {
  readonly member: Member;
  readonly mail: WelcomeMail | undefined;
  /** Whether the address blocked the organization. */
  readonly muted: boolean;
}

const WELCOME_MAIL = itemReader<WelcomeMail>('WelcomeMail', {
  ...MAIL_FIELDS,
  ...{ organizationId: 'string', memberId: 'string' },
});

/** Tries the mails of imported members at once. */
export async function sendWelcomes(organization: Organization, written: readonly Welcome[]): Promise<void> {
  await Promise.all(
    written.map(async ({ mail, member, muted }) => mail && deliver(MAILS, mail, compose(organization, member, muted))),
  );
}

/** @param muted whether the address blocked the organization: nothing arrives, and nobody can notice */
function compose({ name, language }: Organization, { role, profile }: Member, muted: boolean): Mail {
  const { product } = configuration();
  if (muted) return mutedMail(product);
  return welcomeMail({
    ...{ language, organizationName: name, role, roleLabels: roleLabels(), recipient: profile.email },
    ...{ applicationUrl: homeUrl(), product },
  });
}

/** Returns the work of a due mail about an imported membership: it is sent while the membership exists. */
export async function dueWelcome(item: DueItem): Promise<Work> {
  const mail = WELCOME_MAIL.one(item);
  const { organizationId, userId, memberId } = mail;
  const [organization, user, member] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMember(organizationId, memberId),
  ]);
  const invited = user && (await getInvited(user.email, organizationId));
  const isNeeded = organization && member?.userId === userId;
  return mailWork(mail, isNeeded && (() => compose(organization, member, invited?.blockedAt !== undefined)));
}
