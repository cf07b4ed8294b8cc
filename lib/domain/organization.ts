import type { Language } from './language.ts';

/** An organization: a customer of whoever runs the service. Timestamps everywhere are ISO 8601 in UTC with milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** What mails speak to people whose language isn't known. */
  readonly language: Language;
  readonly defaultTeamId: string;
  /** How often a team was moved or deleted, and how often one was made below another: what the tree is known by. */
  readonly moves: number;
  readonly leaves: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Set when it was deleted: from then on it is not found. */
  readonly deletedAt?: string;
}
