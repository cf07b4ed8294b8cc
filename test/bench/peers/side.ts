/** What both sides of a comparison do. */
export interface Side {
  readonly name: string;
  /** Somebody who has signed in. */
  person(email: string): Promise<Person>;
}

export interface Person {
  /** @param title unique */
  createOrganization(title: string): Promise<Organization>;
  accept(invitation: Invited): Promise<unknown>;
}

/** What accepts an invitation: an id, or a link's secret. */
export interface Invited {
  readonly accept: string;
}

/** An organization, as its owner acts in it. */
export interface Organization {
  invite(email: string): Promise<Invited>;
  /** The first hundred members. */
  list(): Promise<readonly { readonly role: string; readonly email: string; readonly name: string }[]>;
  /** Gives it members past the API. @returns their ids */
  addMembers(emails: readonly string[]): Promise<readonly string[]>;
  remove(member: string): Promise<unknown>;
}
