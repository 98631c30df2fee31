/** Which addresses count as one client. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf } from './client.ts';

test('an IPv4 address is a client, also in a socket for both kinds; an IPv6 network is one', () => {
  const table = {
    '127.0.0.1': '127.0.0.1',
    '::ffff:192.0.2.7': '192.0.2.7',
    '::1': '0:0:0:0::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '2001:0db8:0000:0000:ffff::': '2001:db8:0:0::/64',
    '2001:db8:0:0:1:2:3:4': '2001:db8:0:0::/64',
    '2001:DB8:0:1::': '2001:db8:0:1::/64',
    '1:2:3:4:5:6:7::': '1:2:3:4::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    '': '',
    // An address that a proxy did not write as one.
    unknown: 'unknown',
  };
  for (const [address, client] of Object.entries(table)) assert.equal(clientOf(address), client, address);
});
