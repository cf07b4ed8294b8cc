/** The branding of mails and pages. It comes from the deployment's configuration, never from users. */
export interface Product {
  readonly name: string;
  /** `#rgb` or `#rrggbb`; anything else counts as not set. */
  readonly color?: string | undefined;
  /** The `https:` URL of an image about 40 pixels high. */
  readonly logoUrl?: string | undefined;
  /** The e-mail address of support. */
  readonly supportAddress?: string | undefined;
  /** The IANA name of the time zone of times in mails, and in pages without JavaScript; undefined: UTC. */
  readonly timeZone?: string | undefined;
}
