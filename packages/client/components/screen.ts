import type { Muster } from '../src/index.ts';
import type { ScreenLanguage } from './language.ts';

/** A screen: what the custom elements have in common. */
export interface Screen extends HTMLElement {
  /** The client of the signed-in person. Nothing is shown without one. */
  client: Muster | undefined;
  /** The id of the organization; default: the only one that the person is in. Also an attribute. */
  organization: string | undefined;
  /** The language; default: that of the page, else the browser's. Also an attribute. */
  language: ScreenLanguage | undefined;
  /** Reads everything again, as after a sign-in. */
  retry(): Promise<void>;
}

/** `<muster-invite>`. */
export interface InviteScreen extends Screen {
  /** Whether the application has a button of its own, and calls `open()`. Also an attribute, `without-button`. */
  withoutButton: boolean;
  /** Where the browser goes after an answer. Also an attribute, `redirect-url`. Its origin has to be configured. */
  redirectUrl: string | undefined;
  /** Where the invitations are shown: a link leads there once many are invited. Also an attribute, `invitations-url`. */
  invitationsUrl: string | undefined;
  /** Opens the dialog. */
  open(): void;
}

/** `<muster-invitations>`. */
export interface InvitationsScreen extends Screen {
  /** The id of the invitation whose dialog is open at first, as from a link of your own. Also an attribute. */
  opened: string | undefined;
}

/** `<muster-waiting>`. */
export interface WaitingScreen extends Screen {
  /** Whether nothing is shown while no invitation waits. Also an attribute. */
  quiet: boolean;
}

/** What the event `muster-changed` tells in `detail`. */
export interface Change {
  readonly resource: 'member' | 'invitation' | 'team' | 'organization';
  /** The id of what was changed; undefined: several. */
  readonly id?: string | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'muster-invitations': InvitationsScreen;
    'muster-invite': InviteScreen;
    'muster-members': Screen;
    'muster-teams': Screen;
    'muster-waiting': WaitingScreen;
  }
  interface HTMLElementEventMap {
    'muster-changed': CustomEvent<Change>;
    'muster-signed-out': CustomEvent<undefined>;
  }
}
