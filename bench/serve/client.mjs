/**
 * The client: autocannon with 64 keep-alive connections, in a process of its own. Each connection sends 16 different bodies in
 * turn, and each answer is compared, byte by byte, with the one that was checked before the load.
 *
 *     node client.mjs '{"url": …, "images": 1, "seconds": 10, "rate": 4000}'
 */

import autocannon from 'autocannon';

const { url, images, seconds, rate } = JSON.parse(process.argv[2]);
const SIZE = 784;
const headers = { 'content-type': 'application/octet-stream' };

/** Bodies with something to see, by a small generator. */
function bodyOf(seed) {
  const body = Buffer.alloc(SIZE * images);
  let state = seed + 1;
  for (let i = 0; i < body.length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    body[i] = state >>> 24;
  }
  return body;
}

const bodies = Array.from({ length: 16 }, (_, i) => bodyOf(i));
const expected = [];
for (const body of bodies) {
  const response = await fetch(url, { method: 'POST', body, headers });
  expected.push(await response.text());
  if (response.status !== 200) throw new Error(`${response.status}: ${expected.at(-1)}`);
}
if (new Set(expected).size < 16) throw new Error('Different images have the same answer.');

let wrong = 0;
const requests = bodies.map((body, i) => ({
  method: 'POST',
  body,
  headers,
  onResponse: (status, text) => {
    if (status !== 200 || text !== expected[i]) wrong += 1;
  },
}));
const load = (duration) =>
  autocannon({ url, requests, connections: 64, duration, ...(rate && { overallRate: rate }) });
await load(2);
wrong = 0;
const { requests: answers, latency, errors, timeouts, non2xx } = await load(seconds);
console.log(
  JSON.stringify({
    perSecond: answers.average,
    ...{ p50: latency.p50, p99: latency.p99, most: latency.max, failed: errors + timeouts + non2xx, wrong },
  }),
);
