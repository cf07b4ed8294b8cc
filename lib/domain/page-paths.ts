/** The paths of the pages: the targets of links in mails, and of the forms on these pages. */
export const INVITATION_PATH = '/invitations/accept';
export const DECLINE_PATH = '/invitations/decline';
export const RENEWAL_PATH = '/invitations/ask';
export const STOP_PATH = '/invitations/stop-reminders';
export const BLOCK_PATH = '/invitations/block';
export const SITE_INVITE_PATH = '/site/invite/accept';
export const SITE_REQUEST_PATH = '/site/sensitive-data';
/** The path of the console. The names of its pages are in the fragment. */
export const CONSOLE_PATH = '/console';
