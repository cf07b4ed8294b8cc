import { type Charger, foldIdentity } from '../domain/charger.ts';
import { Refusal } from '../domain/refusal.ts';
import { keys } from '../table/keys.ts';
import { type Condition, transact, type Write } from '../table/write.ts';

/** The part that takes an identity for a charger, in an organization: what others have is told to nobody. */
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

/** The conditions that a charger has its identity where it had it. */
export function identityIs({ identity, identityIn }: Charger): Condition[] {
  return [
    { attribute: 'identity', is: identity },
    identityIn === undefined ? { absent: 'identityIn' } : { attribute: 'identityIn', is: identityIn },
  ];
}

/** The parts that give a charger's identity free, where it has it. */
export function identityRemoval({ id, identity, identityIn }: Charger): Write[] {
  if (identityIn === undefined) return [];
  const key = keys.chargerIdentity(identityIn, foldIdentity(identity));
  return [{ type: 'delete', key, when: [{ attribute: 'chargerId', is: id }] }];
}

/**
 * Takes a charger's identity in the organization to which its site has gone, and gives it free in the one from which it
 * came. Where it is taken already the charger keeps it all the same, and nobody is told.
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
