/** A compared product, with the operations that are measured. */
export interface Side {
  readonly name: string;
  /** Signs in a person. */
  person(email: string): Promise<Person>;
}

export interface Person {
  /** @param title a unique name */
  createOrganization(title: string): Promise<Organization>;
  accept(invitation: Invited): Promise<unknown>;
}

/** The input for accepting an invitation: its id, or the token of its link. */
export interface Invited {
  readonly accept: string;
}

/** An organization, with operations of its owner. */
export interface Organization {
  invite(email: string): Promise<Invited>;
  /** Lists the first hundred members. */
  list(): Promise<readonly { readonly role: string; readonly email: string; readonly name: string }[]>;
  /** Writes members to the database directly. @returns their ids */
  addMembers(emails: readonly string[]): Promise<readonly string[]>;
  remove(member: string): Promise<unknown>;
}
