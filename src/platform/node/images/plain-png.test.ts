import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { CoutureError } from '../../../core/errors.ts';
import { decodePlainPng } from './plain-png.ts';

/** What sharp makes of a file, with the options of decode.ts. */
async function bySharp(bytes: Uint8Array): Promise<Uint8Array> {
  const { data } = await sharp(bytes, { failOn: 'error', ignoreIcc: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return new Uint8Array(data);
}

const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 11) & 0xff);

/** A file with one more chunk behind its header. */
function withChunk(png: Uint8Array, type: string, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crcOf(Buffer.concat([head.subarray(4), data])), 0);
  return new Uint8Array(Buffer.concat([png.subarray(0, 33), head, data, sum, png.subarray(33)]));
}

function crcOf(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('plain PNG files', () => {
  it('give the bytes that sharp gives, in every color type and with every filter', async () => {
    for (const channels of [1, 2, 3, 4] as const)
      for (const [width, height] of [
        [1, 1],
        [28, 28],
        [7, 31],
      ]) {
        const data = noise(width * height * channels, channels);
        const files = [
          encode({ width, height, data, channels, depth: 8 }),
          ...(await Promise.all(
            [true, false].map(async (adaptiveFiltering) => {
              const raw = sharp(data, { raw: { width, height, channels } });
              return new Uint8Array(await raw.png({ adaptiveFiltering }).toBuffer());
            }),
          )),
        ];
        for (const file of files) {
          const plain = decodePlainPng(file, 'f');
          assert.ok(plain, `${channels} channels of ${width}x${height} are not plain`);
          assert.deepEqual([plain.width, plain.height], [width, height]);
          assert.deepEqual(new Uint8Array(plain.data), await bySharp(file));
        }
      }
  });

  it('give the bytes that sharp gives with a palette, transparent or not', async () => {
    for (const alpha of [255, 90]) {
      const data = noise(40 * 40, 3).map((value) => value % 5);
      const colors = Uint8Array.from(data).length * 4;
      const rgba = Uint8Array.from({ length: colors }, (_, i) =>
        i % 4 === 3 ? (data[i >> 2] === 2 ? alpha : 255) : data[i >> 2] * 50 + (i % 4),
      );
      const raw = sharp(rgba, { raw: { width: 40, height: 40, channels: 4 } });
      const small = new Uint8Array(await raw.png({ palette: true, colors: 256, effort: 1 }).toBuffer());
      // sharp packs few colors into fewer bits, which is left to it.
      const file = small[24] === 8 ? small : encodePalette(data);
      const plain = decodePlainPng(file, 'f');
      assert.ok(plain);
      assert.deepEqual(new Uint8Array(plain.data), await bySharp(file));
    }
  });

  it('may have gamma, which nobody applies; anything else is left to sharp', async () => {
    const data = noise(28 * 28, 1);
    const png = encode({ width: 28, height: 28, data, channels: 1, depth: 8 });
    const gamma = withChunk(png, 'gAMA', Uint8Array.of(0, 0, 0xb1, 0x8f));
    assert.deepEqual(new Uint8Array(decodePlainPng(gamma, 'f')?.data ?? []), await bySharp(gamma));
    const wide = encode({ width: 9, height: 9, data: new Uint16Array(81), channels: 1, depth: 16 });
    const jpeg = new Uint8Array(await sharp(png).jpeg().toBuffer());
    const others = [
      withChunk(png, 'eXIf', new Uint8Array(8)),
      withChunk(png, 'tRNS', new Uint8Array(2)),
      withChunk(png, 'acTL', new Uint8Array(8)),
      wide,
      new Uint8Array(await sharp(png).png({ progressive: true }).toBuffer()),
      encode({ width: 600, height: 600, data: new Uint8Array(360_000), channels: 1, depth: 8 }),
      jpeg,
      png.subarray(0, 60),
      new Uint8Array(0),
    ];
    for (const [i, file] of others.entries()) assert.equal(decodePlainPng(file, 'f'), undefined, `file ${i}`);
  });

  it('that are damaged are refused by name, however', () => {
    const png = encode({ width: 12, height: 12, data: noise(144, 1), channels: 1, depth: 8 });
    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const file = png.slice();
        file[at] ^= change;
        try {
          decodePlainPng(file, 'broken.png');
        } catch (error) {
          assert.ok(error instanceof CoutureError && error.kind === 'data', String(error));
          assert.match(error.message, /broken\.png/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Numbers from 0 to 4 as a file with a palette of 8 bits, one color of it transparent. */
function encodePalette(data: Uint8Array): Uint8Array {
  const gray = encode({ width: 40, height: 40, data, channels: 1, depth: 8 });
  const header = Buffer.from(gray.subarray(0, 33));
  header[25] = 3;
  header.writeUInt32BE(crcOf(header.subarray(12, 29)), 29);
  const typed = new Uint8Array(Buffer.concat([header, gray.subarray(33)]));
  const palette = Uint8Array.from({ length: 15 }, (_, i) => i * 16);
  return withChunk(withChunk(typed, 'tRNS', Uint8Array.of(255, 255, 90)), 'PLTE', palette);
}
