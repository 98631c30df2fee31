/** Pictures that are made to exhaust memory or time, and the errors that the service answers with. */

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { RefusalCode } from '../src/serve/refusals.ts';

/** A file. */
export interface HostilePicture {
  readonly name: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly code: RefusalCode;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG file of these sides, whose pixels are `packed`. */
function png(width: number, height: number, packed: Uint8Array): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.from(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', packed),
      chunk('IEND', new Uint8Array(0)),
    ]),
  );
}

/** All of them. */
export async function hostilePictures(): Promise<HostilePicture[]> {
  const zeros = deflateSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
  const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'gray' } })
    .jpeg()
    .toBuffer();
  // Bytes between the segments of a JPEG, which every decoder skips.
  const stuffed = Buffer.concat([
    photo.subarray(0, 20),
    Buffer.alloc(8 * 1024 * 1024),
    photo.subarray(20, 40),
  ]);
  return [
    {
      name: '1 x 49,000,000 pixels',
      bytes: png(1, 49_000_000, zeros.subarray(0, 1000)),
      code: 'unreadable_image',
    },
    { name: '30,000 x 30,000 pixels', bytes: png(30_000, 30_000, zeros), code: 'unreadable_image' },
    { name: 'no width', bytes: png(0, 10, zeros), code: 'unreadable_image' },
    {
      name: 'more pixels inside than its header says',
      bytes: png(28, 28, zeros.subarray(0, 60_000)),
      code: 'unreadable_image',
    },
    {
      name: 'a truncated photograph',
      bytes: Buffer.from(photo.subarray(0, photo.length >> 1)),
      code: 'unreadable_image',
    },
    { name: 'a photograph with 8 MB of nothing', bytes: Buffer.from(stuffed), code: 'unreadable_image' },
  ];
}
