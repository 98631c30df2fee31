import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { drawFirstLayer } from './first-layer.ts';

test('the weights of a color image are its red, green and blue, around middle gray', () => {
  // Two pixels side by side, [channel, height, width]: bright red and dark green at the left, bright blue at the right.
  const weights = [Float32Array.of(0.5, 0, -0.5, 0, 0, 0.5)];
  const layer = { width: 2, height: 1, channels: 3, weights, units: [7] } as const;
  const favored = [{ label: 1, share: 0.625 }];
  const { svg, alt } = drawFirstLayer({ ...layer, favored }, ['cat', 'dog'], {
    document: nodeDocument(),
    width: 320,
  });
  const [, body] = /base64,([^"]*)/.exec(svg) ?? [];
  const { data, channels } = decode(Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0)));
  assert.equal(channels, 3);
  assert.deepEqual([...data], [255, 0, 128, 128, 128, 255]);
  const words = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  assert.match(words, /middle gray is 0, brighter is positive, up to 0\.50/);
  assert.match(words, / dog 63%, unit 7 /);
  assert.match(alt, /1 unit.* the largest 0\.500 in size\. Unit 7 has the largest norm\./);
});
