import { homeUrl, signUpUrl } from '../../configuration.ts';
import type { Link } from '../../domain/invitation.ts';
import type { Member } from '../../domain/member.ts';
import { signUpLink } from '../../domain/redirect.ts';
import { redirectFor } from './format.ts';
import { acceptedPage } from './invitation-page.ts';
import type { Page, PageSetting } from './layout.ts';

/**
 * Returns the page after accepting, which leads on as the configuration and the invitation say. Only the holder of a mailed
 * link gets it: it tells whether somebody has signed in with the address before.
 */
export function welcome(
  setting: PageSetting,
  link: Pick<Link, 'organization' | 'invitation'>,
  { claimed: hasAccount }: Pick<Member, 'claimed'>,
): Page {
  const { email } = link.invitation;
  const applicationUrl = homeUrl();
  const redirectUrl = redirectFor(link, 'accepted');
  const template = signUpUrl();
  return acceptedPage({
    ...{ ...setting, organizationName: link.organization.name, email, hasAccount, redirectUrl, applicationUrl },
    signUpUrl: template && signUpLink(template, email, redirectUrl ?? applicationUrl),
  });
}
