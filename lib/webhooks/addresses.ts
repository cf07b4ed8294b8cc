import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A receiver's name leads to an address that isn't public. */
export class AddressNotAllowed extends Error {
  readonly code = 'address_not_allowed';
}

/** Networks of IPv4 that aren't public: IANA's registry of special-purpose addresses, multicast, and reserved ones. */
const PRIVATE = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

/** The network of public addresses of IPv6, and those within it that lead elsewhere: Teredo, documentation, 6to4. */
const PUBLIC = '2000::/3';
const SPECIAL = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

let lists: Readonly<Record<'private' | 'public' | 'special' | 'loopback4' | 'loopback6', BlockList>> | undefined;

function networks() {
  lists ??= {
    private: listOf(PRIVATE, 'ipv4'),
    public: listOf([PUBLIC], 'ipv6'),
    special: listOf(SPECIAL, 'ipv6'),
    loopback4: listOf(['127.0.0.0/8'], 'ipv4'),
    loopback6: listOf(['::1/128'], 'ipv6'),
  };
  return lists;
}

/** Whether an address is public: no private, loopback, link-local, unique-local, mapped, translated or reserved one. */
export function isPublic(address: string): boolean {
  const { private: notPublic, public: unicast, special } = networks();
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, 'ipv4');
    case 6:
      return unicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}

export function isLoopback(address: string): boolean {
  const { loopback4, loopback6 } = networks();
  return isIP(address) === 4
    ? loopback4.check(address, 'ipv4')
    : isIP(address) === 6 && loopback6.check(address, 'ipv6');
}

/** Whether events may be sent to an address. @param toLoopback whether also to this machine */
export function isAllowed(address: string, toLoopback: boolean): boolean {
  return isPublic(address) || (toLoopback && isLoopback(address));
}

/**
 * Returns a function that resolves a name for a connection, and refuses addresses that aren't allowed. The connection is
 * made to the address that was checked, so a name can't lead elsewhere between the two.
 */
export function checkedLookup(toLoopback: boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error ? [] : found;
      const refused = addresses.find(({ address }) => !isAllowed(address, toLoopback));
      const failure = error ?? (refused && new AddressNotAllowed('The address is not public.'));
      const [first] = addresses;
      if (failure || !first) callback(failure ?? new AddressNotAllowed('There is no address.'), '', 4);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
