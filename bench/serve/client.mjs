/**
 * The client, in a process of its own: 64 keep-alive connections that send 16 different bodies in turn. Each answer is compared,
 * byte by byte, with the answer to the same body before the load. As fast as possible, it is autocannon. At a given rate, it
 * is `paced.mjs`: autocannon would send 64 requests at once, and then wait.
 *
 *     node client.mjs '{"url": …, "images": 1, "seconds": 10, "rate": 4000}'
 */

import autocannon from 'autocannon';
import { paced } from './paced.mjs';

const { url, images, seconds, rate, accept } = JSON.parse(process.argv[2]);
const SIZE = 784;
const headers = { 'content-type': 'application/octet-stream', ...(accept && { accept }) };

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

/** Bytes as autocannon gives them to a listener. */
async function bytesOf(response) {
  return Buffer.from(await response.arrayBuffer()).toString();
}

const bodies = Array.from({ length: 16 }, (_, i) => bodyOf(i));
const expected = [];
for (const body of bodies) {
  const response = await fetch(url, { method: 'POST', body, headers });
  expected.push(await (accept ? bytesOf(response) : response.text()));
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
const load = async (duration) => {
  if (rate !== undefined)
    return await paced({ url, bodies, expected, connections: 64, rate, seconds: duration });
  wrong = 0;
  const result = await autocannon({ url, requests, connections: 64, duration });
  const { requests: answers, latency, errors, timeouts, non2xx } = result;
  const { p50, p99, max: most } = latency;
  return { perSecond: answers.average, p50, p99, most, failed: errors + timeouts + non2xx, wrong };
};
await load(2);
console.log(JSON.stringify(await load(seconds)));
