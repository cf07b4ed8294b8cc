import type {
  CallOptions,
  CreateOptions,
  InvitationsBulkBody,
  MembersImportBulkBody,
  Muster,
} from '../client/src/index.ts';

/** A column of a file. What a run does decides which ones have a meaning (`Mode`). */
export type Column =
  | 'email'
  | 'role'
  | 'message'
  | 'language'
  | 'expiresInDays'
  | 'firstName'
  | 'lastName'
  | 'subject'
  | 'teams';

/** What a run does with the rows of a file. */
export interface Mode {
  /** The columns with a meaning. */
  readonly columns: readonly Column[];
  /** Sends rows. The API checks them, and says what is wrong. */
  send(
    muster: Muster,
    rows: readonly object[],
    dryRun: boolean,
    options: CreateOptions,
  ): PromiseLike<{ readonly data: readonly Result[] }>;
  /** Finds what an earlier request made of an address. */
  find(
    muster: Muster,
    email: string,
    options: CallOptions,
  ): PromiseLike<{ readonly data: readonly { readonly createdAt: string }[] }>;
  /** The end of the names of the files beside the CSV file. */
  readonly suffix: '.muster' | '.muster-import';
  /** Words of the summary. */
  readonly doing: string;
  readonly done: string;
}

/** The result of a row in the answer to a bulk request. */
export interface Result {
  readonly status: number;
  readonly error?: string;
  readonly message?: string;
  readonly details?: Readonly<Record<string, readonly string[]>>;
  readonly retryAfter?: number;
}

/** `npm run invite`: people are invited, and become members by accepting. */
export const INVITING: Mode = {
  columns: ['email', 'role', 'message', 'language', 'expiresInDays'],
  send: ({ invitations }, rows, dryRun, options) =>
    invitations.bulk({ invitations: rows, ...(dryRun && { dryRun }) } as InvitationsBulkBody, options),
  find: ({ invitations }, email, options) => invitations.list({ email, perPage: 1 }, options),
  ...{ suffix: '.muster', doing: 'inviting', done: 'invited' },
};

/** `npm run import-members`: people become members at once; the operator vouches for them. */
export const IMPORTING: Mode = {
  columns: ['email', 'role', 'firstName', 'lastName', 'subject', 'teams'],
  send: ({ members }, rows, dryRun, options) =>
    members.importBulk({ members: rows, ...(dryRun && { dryRun }) } as MembersImportBulkBody, options),
  find: ({ members }, email, options) => members.list({ email, perPage: 1 }, options),
  ...{ suffix: '.muster-import', doing: 'importing', done: 'imported' },
};
