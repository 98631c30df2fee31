/** Whom an address stands for, where clients are counted. */

/** Groups of an IPv6 address that name a network: a client has all addresses of one. */
const NETWORK_GROUPS = 4;

/** The client of an address: an IPv4 address itself; of an IPv6 address its network, since one machine has all addresses of it. */
export function clientOf(address: string): string {
  // IPv4 in a socket that takes both.
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (!address.includes(':')) return address;
  const [before, after] = address.toLowerCase().split('%', 1)[0].split('::');
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? 0 : after.split(':').length;
  // `::` stands for as many zeros as are missing.
  if (after !== undefined) groups.push(...Array.from({ length: 8 - groups.length - rest }, () => '0'));
  const all = after === undefined || rest === 0 ? groups : [...groups, ...after.split(':')];
  return `${all
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
