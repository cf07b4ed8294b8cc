/** A change that takes a guarantee away, and the test that must notice. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly replace: string; readonly by: string }[];
  readonly test: { readonly file: string; readonly name: string };
}

const races = (name: string) => ({ file: 'test/functions/races.test.ts', name });

/** Every race that is tested, without the condition that decides it. */
export const mutants: readonly Mutant[] = [
  {
    name: 'accepting writes without its conditions',
    edits: [
      {
        file: 'lib/table/acceptance.ts',
        replace: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ]);`,
        by: `      count(organizationId, invitation.seat, 'invitationAccepted'),\n    ].map((write) => ({ ...write, when: [] })));`,
      },
    ],
    test: races('two parallel accepts of one link make one membership'),
  },
  {
    name: 'an address may have several live invitations',
    edits: [
      {
        file: 'lib/table/invitations.ts',
        replace: `when: earlier ? [{ attribute: 'invitationId', is: earlier.id }] : [{ absent: 'pk' }],`,
        by: 'when: [],',
      },
    ],
    test: races('twenty parallel invitations of one address make one'),
  },
  {
    name: 'an invitation ends without having to be pending',
    edits: [
      {
        file: 'lib/table/invitations.ts',
        replace: `      { attribute: 'status', is: 'PENDING' },\n      { attribute: 'expiresAt', above: now.toISOString() },`,
        by: '',
      },
      {
        file: 'lib/table/invitations.ts',
        replace: `key: keys.invited(email, organizationId), when: [{ attribute: 'invitationId', is: id }] };`,
        by: 'key: keys.invited(email, organizationId) };',
      },
    ],
    test: races('of an accept and a revoke at the same moment exactly one wins'),
  },
  {
    name: "the actor's role is no condition of the write",
    edits: [
      { file: 'lib/table/members.ts', replace: `      { attribute: 'role', in: rolesWith(permission) },\n`, by: '' },
    ],
    test: races('of two admins who demote each other at the same moment exactly one succeeds'),
  },
  {
    name: "the actor's membership is no condition of the write",
    edits: [
      {
        file: 'lib/table/members.ts',
        replace: `    ...(leaving ? [] : [actorMay(actor, 'member:remove')]),\n`,
        by: '',
      },
    ],
    test: races('of two admins who remove each other at the same moment exactly one succeeds'),
  },
  {
    name: 'a warm function remembers memberships',
    edits: [
      {
        file: 'lib/http/endpoint.ts',
        replace: 'getMembership(person.userId, organizationId),',
        by: '(remembered[person.userId + organizationId] ??= getMembership(person.userId, organizationId)),',
      },
      {
        file: 'lib/http/endpoint.ts',
        replace: 'const KNOWN_LIMIT = 10_000;',
        by: 'const KNOWN_LIMIT = 10_000;\nconst remembered: Record<string, ReturnType<typeof getMembership>> = {};',
      },
    ],
    test: races('removing a member refuses every request begun after it'),
  },
];
