/**
 * A great many small images, to measure the import: random strokes in ten classes, no two alike.
 *
 *     node scripts/demos/many.ts OUT [IMAGES] [SIDE] [gray|color]      200,000 of 28x28 in gray by default
 *     /usr/bin/time -v node bin/couture.js data import OUT
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';

const [out, images = '200000', sides = '28', kind = 'gray'] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/demos/many.ts OUT [IMAGES] [SIDE] [gray|color]');
const classes = 10;
const side = Number(sides);
const channels = kind === 'color' ? 3 : 1;
const random = new RandomStream(keyFromSeed(1));

for (let c = 0; c < classes; c++) await mkdir(join(out, `class${c}`), { recursive: true });
for (let i = 0; i < Number(images); i++) {
  const data = new Uint8Array(side * side * channels);
  const label = i % classes;
  // A class is a direction; an image is a few strokes in it, near the middle, with some noise.
  for (let stroke = 0; stroke < 3; stroke++) {
    const angle = (Math.PI * label) / classes;
    const [offsetX, offsetY] = [random.nextFloat() - 0.5, random.nextFloat() - 0.5];
    for (let step = -side / 2; step < side / 2; step++) {
      const x = Math.floor(side / 2 + (offsetX * side) / 4 + step * Math.cos(angle));
      const y = Math.floor(side / 2 + (offsetY * side) / 4 + step * Math.sin(angle));
      if (x < 0 || y < 0 || x >= side || y >= side) continue;
      for (let channel = 0; channel < channels; channel++)
        data[(y * side + x) * channels + channel] = 128 + random.nextBelow(128);
    }
  }
  const png = encode({ width: side, height: side, data, channels, depth: 8 });
  await writeFile(join(out, `class${label}`, `${String(i).padStart(6, '0')}.png`), png);
}
