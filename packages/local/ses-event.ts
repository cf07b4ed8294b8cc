import type { Mail } from './mail.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Completes an SES event with the data of its mail, which is found by its id or its recipient. Given fields aren't
 * changed. An event about an unknown mail is returned unchanged.
 *
 * @param event SES's event, with `mail.messageId`, or a recipient in `mail.destination` or in the event's details
 * @param mails newest last
 */
export function completeEvent(event: Fields, mails: readonly Mail[], account: string): Fields {
  const given = fields(event.mail);
  const mail = mailOf(event, given, mails);
  if (!mail) return event;
  const { messageId, to, from, subject, headers, sentAt, tags, configurationSet } = mail;
  const domain = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return {
    ...event,
    mail: {
      timestamp: sentAt,
      source: from,
      sendingAccountId: account,
      messageId,
      destination: to,
      headersTruncated: false,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      ...given,
      commonHeaders: { from: [from], to, messageId, subject, ...fields(given.commonHeaders) },
      tags: {
        'ses:operation': ['SendRawEmail'],
        ...(configurationSet && { 'ses:configuration-set': [configurationSet] }),
        'ses:source-ip': ['127.0.0.1'],
        'ses:from-domain': [domain],
        ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
        ...fields(given.tags),
      },
    },
  };
}

/** Finds the mail with the id, else the newest one to the recipient. */
function mailOf(event: Fields, given: Fields, mails: readonly Mail[]): Mail | undefined {
  const named = mails.find(({ messageId }) => messageId === given.messageId);
  if (named) return named;
  const [recipient] = [
    given.destination,
    fields(event.bounce).bouncedRecipients,
    fields(event.complaint).complainedRecipients,
    fields(event.delivery).recipients,
    fields(event.deliveryDelay).delayedRecipients,
  ].flatMap((list) => (Array.isArray(list) ? list.slice(0, 1) : []));
  const address = String(typeof recipient === 'string' ? recipient : fields(recipient).emailAddress).toLowerCase();
  return mails.findLast(({ to }) => to.includes(address));
}

/** Returns an object's fields; none for other values. */
function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
