/** An organization: a customer of whoever runs the service. Timestamps everywhere are ISO 8601 in UTC with milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Set when it was deleted: from then on it is not found. */
  readonly deletedAt?: string;
}
