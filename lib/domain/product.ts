/** How the product presents itself in mails and pages: the deployment's configuration, never a user's words. */
export interface Product {
  readonly name: string;
  /** `#rgb` or `#rrggbb`; anything else counts as not set. */
  readonly color?: string | undefined;
  /** An `https:` address of an image about 40 pixels high. */
  readonly logoUrl?: string | undefined;
  /** The e-mail address that helps. */
  readonly supportAddress?: string | undefined;
}
