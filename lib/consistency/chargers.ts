import { foldIdentity } from '../domain/charger.ts';
import { identityWrite } from '../sites/charger-identity.ts';
import { type Key, keys } from '../table/keys.ts';
import { type Check, matching, type Reader, type Row, type Rule, rebuilding, related, removing, same } from './rule.ts';

const CHARGER: Rule = {
  key: ({ siteId, id }) => keys.charger(siteId, id),
  async check(row, table) {
    const { id, siteId, number, identity, identityIn } = row;
    const site = await table.get(keys.site(siteId));
    const organizationId: string | undefined = identityIn ?? site?.organizationId;
    const home = { type: 'ChargerHome', chargerId: id, siteId };
    const numbered = { type: 'ChargerNumber', number, chargerId: id };
    const rebuilt = (key: Key, item: object) => (other: Row | undefined) =>
      other
        ? undefined
        : rebuilding(organizationId, row, ['number', 'identity', 'identityIn'], {
            type: 'put',
            key,
            item: { ...item },
          });
    const claim = identityIn && identityWrite({ id, identity }, identityIn);
    return Promise.all([
      related(table, keys.site(siteId), { type: 'Site' }),
      related(table, keys.chargerHome(id), { type: 'ChargerHome', siteId }, rebuilt(keys.chargerHome(id), home)),
      related(
        table,
        keys.chargerNumber(number),
        { type: 'ChargerNumber', chargerId: id },
        rebuilt(keys.chargerNumber(number), numbered),
      ),
      ...(claim
        ? [
            related(
              table,
              claim.key,
              { type: 'ChargerIdentity', chargerId: id },
              rebuilt(claim.key, { type: 'ChargerIdentity', chargerId: id }),
            ),
          ]
        : []),
    ]);
  },
};

/** Checks the charger of a row that leads to it: its home says where it is. */
async function ofCharger(
  row: Row,
  table: Reader,
  is: (charger: Row) => Check,
  organizationIds: readonly string[] = [],
): Promise<readonly Check[]> {
  const key = keys.chargerHome(row.chargerId);
  const home = await table.get(key);
  const charger = home && (await table.get(keys.charger(home.siteId, row.chargerId)));
  return [
    await related(table, key, { type: 'ChargerHome' }, (other) =>
      other ? undefined : removing(organizationIds, row, key, 'chargerId'),
    ),
    ...(charger ? [is(charger)] : []),
  ];
}

const CHARGER_HOME: Rule = {
  key: ({ chargerId }) => keys.chargerHome(chargerId),
  async check(row, table) {
    const key = keys.charger(row.siteId, row.chargerId);
    const site = await table.get(keys.site(row.siteId));
    return [
      await related(table, key, { type: 'Charger' }, (other) =>
        other ? undefined : removing(site ? [site.organizationId] : [], row, key, 'siteId'),
      ),
    ];
  },
};

const CHARGER_NUMBER: Rule = {
  key: ({ number }) => keys.chargerNumber(number),
  check: (row, table) => ofCharger(row, table, ({ number }) => same('its number', number, row.number)),
};

const CHARGER_IDENTITY: Rule = {
  key: ({ pk }) => ({ pk: matching(/^CHARGERIDENTITY#org_\w{26}#.*$/s, pk), sk: 'CHARGER' }),
  check: (row, table) =>
    ofCharger(
      row,
      table,
      ({ identityIn, identity }) =>
        same(
          'whether it is the charger’s identity',
          true,
          keys.chargerIdentity(identityIn, foldIdentity(identity)).pk === row.pk,
        ),
      [row.pk.split('#')[1] as string],
    ),
};

export const CHARGERS: Readonly<Record<string, Rule>> = {
  Charger: CHARGER,
  ChargerHome: CHARGER_HOME,
  ChargerNumber: CHARGER_NUMBER,
  ChargerIdentity: CHARGER_IDENTITY,
};
