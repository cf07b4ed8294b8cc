/** What became of an invitation, as the application is told by `?outcome=`. `pending`: the person has to sign in first. */
export type Outcome =
  | ('accepted' | 'declined' | 'pending')
  | ('expired' | 'revoked' | 'used' | 'superseded' | 'inviter_removed');

/** `https:`, or `http:` on a developer's own machine. No other scheme: `javascript:` would run a script. */
const WEB = /^(https:\/\/|http:\/\/localhost[:/?#]|http:\/\/localhost$)/i;

/**
 * Whether a text is a URL of the web to which a browser can be sent, without a user name or a password, which would make
 * another host look like the one that is meant.
 */
export function isRedirectUrl(text: string): boolean {
  if (!WEB.test(text) || /[\s\\]/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/**
 * Returns where the browser of an invitee goes: the invitation's redirect URL, with `organization`, `invitation` and
 * `outcome` in its query. Parameters of these names that it had are replaced.
 *
 * @param origins the allowed origins
 * @returns undefined if the invitation has no redirect URL, or its origin isn't allowed any more
 */
export function redirectOf(
  {
    id,
    organizationId,
    redirectUrl,
  }: { readonly id: string; readonly organizationId: string; readonly redirectUrl?: string | undefined },
  outcome: Outcome,
  origins: readonly string[],
): string | undefined {
  if (redirectUrl === undefined || !isAllowed(redirectUrl, origins)) return undefined;
  const url = new URL(redirectUrl);
  url.searchParams.set('organization', organizationId);
  url.searchParams.set('invitation', id);
  url.searchParams.set('outcome', outcome);
  return url.href;
}

/** Whether a redirect URL may be used: its whole origin is an allowed one, so `app.example.com.evil.org` isn't. */
export function isAllowed(redirectUrl: string, origins: readonly string[]): boolean {
  return isRedirectUrl(redirectUrl) && origins.includes(new URL(redirectUrl).origin);
}

/**
 * Returns the page where a person creates an account.
 *
 * @param template a URL in which `{email}` and `{redirectUrl}` are replaced
 * @param redirectUrl where the person should go afterwards
 */
export function signUpLink(template: string, email: string, redirectUrl: string | undefined): string {
  const values: Record<string, string> = { email, redirectUrl: redirectUrl ?? '' };
  return template.replace(/\{(email|redirectUrl)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
