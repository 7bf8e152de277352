import ipaddr from 'ipaddr.js';

/** The one range of addresses that are on the internet; every other one has a name. */
const ALLOWED = 'unicast';

/**
 * Why no webhook may be called at an address: private, loopback, link-local (where metadata is), of carriers, multicast,
 * unspecified, reserved; also inside an IPv6 address that carries one of IPv4 (mapped, NAT64, 6to4, Teredo), which is
 * refused whatever it carries. Undefined where it may be called. Pure.
 */
export function addressRefusal(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return 'it is no address';
  const parsed = ipaddr.parse(bare);
  const range = parsed.range();
  if (range !== ALLOWED) return `it is ${range}`;
  // ::a.b.c.d, which no range of the library names.
  const carries = parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, 6).every((part) => part === 0);
  return carries ? 'it carries an address of IPv4' : undefined;
}
