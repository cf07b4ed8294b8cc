import { type Charger, foldIdentity } from '../domain/charger.ts';
import { Refusal } from '../domain/refusal.ts';
import { keys } from '../table/keys.ts';
import { type Condition, transact, type Write } from '../table/write.ts';

/**
 * Returns the write that claims a charger's identity in an organization. Other organizations' identities don't count.
 */
export function identityWrite(
  { id: chargerId, identity }: Pick<Charger, 'id' | 'identity'>,
  organizationId: string,
): Write {
  return {
    type: 'put',
    key: keys.chargerIdentity(organizationId, foldIdentity(identity)),
    item: { type: 'ChargerIdentity', chargerId },
    when: [{ absent: 'pk' }],
    refuse: 'charger_identity_taken',
  };
}

/** Returns the conditions that a charger's identity, and the organization that holds it, are unchanged. */
export function identityIs({ identity, identityIn }: Charger): Condition[] {
  return [
    { attribute: 'identity', is: identity },
    identityIn === undefined ? { absent: 'identityIn' } : { attribute: 'identityIn', is: identityIn },
  ];
}

/** Returns writes that release a charger's identity, if it holds one. */
export function identityRemoval({ id, identity, identityIn }: Charger): Write[] {
  if (identityIn === undefined) return [];
  const key = keys.chargerIdentity(identityIn, foldIdentity(identity));
  return [{ type: 'delete', key, when: [{ attribute: 'chargerId', is: id }] }];
}

/**
 * Claims a charger's identity in the site's new organization, and releases it in the old one. If the identity is taken
 * there, the charger keeps it without a claim, and nobody is notified.
 */
export async function moveIdentity(charger: Charger, organizationId: string): Promise<void> {
  const key = keys.charger(charger.siteId, charger.id);
  const when = identityIs(charger);
  try {
    await transact([
      { type: 'update', key, set: { identityIn: organizationId }, when },
      identityWrite(charger, organizationId),
      ...identityRemoval(charger),
    ]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await transact([{ type: 'update', key, remove: ['identityIn'], when }, ...identityRemoval(charger)]);
  }
}
