import { showAddress } from '../domain/address.ts';
import { paletteOf } from '../domain/color.ts';
import { fill, fillHtml, html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import type { Carried } from '../domain/site-invite.ts';
import { carriedInWords } from '../domain/site-words.ts';
import { oneLine } from '../domain/user-text.ts';
import { AUTOMATIC, button, copyable, facts, letterOf, NAME, paragraph, strong } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { SITE_INVITE_WORDS } from './site-invite-words.ts';
import { unlinked } from './unlinked.ts';

/** What the mail of an invite to a site is made of. Names are a user's words; the rest is ours. */
export interface SiteInviteMail {
  readonly language: Language;
  readonly siteName: string;
  /** Of the team that owns the site. */
  readonly teamName: string;
  /** The inviter's name, or their address where they have none. */
  readonly inviterName: string;
  /** Answers go there. */
  readonly inviterAddress: string;
  readonly carried: Carried;
  /** The invited address, as stored. */
  readonly email: string;
  /** Whose invites are refused there, and where. */
  readonly organizationName: string;
  readonly blockLink: string;
  readonly link: string;
  /** A moment in its ISO form. */
  readonly expiresAt: string;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail of an invite to a site. The link is the first address in the text part. */
export function siteInviteMail(invite: SiteInviteMail): Mail {
  const { language, link, product, carried } = invite;
  const email = showAddress(invite.email);
  const words = SITE_INVITE_WORDS[language];
  const sender = oneLine(invite.inviterName, NAME);
  const [inviter, site, team] = [sender, oneLine(invite.siteName, NAME), oneLine(invite.teamName, NAME)].map(
    unlinked,
  ) as [string, string, string];
  const organization = unlinked(oneLine(invite.organizationName, NAME));
  const subject = fill(carried.transferOwnership ? words.subjectOfTransfer : words.subject, { inviter, site });
  const invites = carried.transferOwnership ? words.transfers : words.invites;
  const expires = momentInWords(new Date(invite.expiresAt), language);
  const rows = [
    [words.site, site],
    ...carriedInWords(carried, language),
    [words.recipient, email],
    [words.expires, expires],
  ] as const;
  const support = product.supportAddress && fill(words.support, { address: product.supportAddress });
  const paragraphs = [
    fill(invites, { inviter, team, site, product: product.name }),
    `${words.open}\n${link}`,
    rows.map((row) => row.join(': ')).join('\n'),
    [fill(words.sentTo, { email, inviter }), words.unexpected, support].filter(Boolean).join('\n'),
    `${fill(words.block, { organization })}:\n${invite.blockLink}`,
  ];
  const sentence = fillHtml(invites, {
    ...{ inviter: strong(inviter), team: strong(team), site: strong(site), product: product.name },
  });
  const values = facts(
    rows.map(([label, value]) => [label, html`<bdi>${value}</bdi>`]),
    copyable(words.copy, link, product),
  );
  return {
    from: parseMailbox(product.from),
    to: invite.email,
    replyTo: { name: sender === invite.inviterAddress ? undefined : sender, address: invite.inviterAddress },
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: letterOf({
      ...{ language, subject, product },
      preview: `${words.expires}: ${expires}`,
      heading: fillHtml(words.heading, { site: html`<bdi>${site}</bdi>` }),
      content: html`${paragraph(sentence)}${button(link, words.button, product)}${values}`,
      footer: [
        fillHtml(words.sentTo, { email, inviter: html`<bdi>${inviter}</bdi>` }),
        html`${words.unexpected}`,
        ...(support ? [html`${support}`] : []),
        html`<a class="link" href="${invite.blockLink}" style="color:${paletteOf(product.color).inkOnLight}">${fillHtml(words.block, { organization: html`<bdi>${organization}</bdi>` })}</a>`,
      ],
    }).toString(),
    headers: AUTOMATIC,
  };
}
