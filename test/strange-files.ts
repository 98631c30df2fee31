/** Files that people drop on a classifier: rare forms of pictures, other kinds of pictures, and what is no picture at all. */

import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { drawPicture } from './pictures.ts';

/** A file, and what it is for. */
export interface StrangeFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What an error says of it; absent for a file that has an answer. */
  readonly fault?: RegExp;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

/** A gray PNG of 40x40 with a dark object. */
function grayPng(width: number, ...before: Buffer[]): Buffer {
  const lines = Buffer.alloc(40 * 41);
  for (let y = 5; y < 34; y++) lines.fill(90 + y, y * 41 + 10, y * 41 + 31);
  for (let i = 0; i < lines.length; i++) if (i % 41 > 0 && lines[i] === 0) lines[i] = 255;
  const head = Buffer.concat([words(width, 40), Buffer.from([8, 0, 0, 0, 0])]);
  const parts = [
    chunk('IHDR', head),
    ...before,
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}

/** All of them. */
export async function strangeFiles(): Promise<StrangeFile[]> {
  const { data } = drawPicture(120, 160, 3);
  const open = () => sharp(data, { raw: { width: 120, height: 160, channels: 4 } });
  const plain = () => open().removeAlpha();
  const flat = (width: number, height: number, alpha: number) =>
    sharp({ create: { width, height, channels: 4, background: { r: 200, g: 30, b: 90, alpha } } });
  const [png, jpeg, webp] = await Promise.all([
    open().png().toBuffer(),
    plain().jpeg({ quality: 95 }).toBuffer(),
    open().webp({ lossless: true }).toBuffer(),
  ]);
  const frames = await Promise.all([
    open().png().toBuffer(),
    open().negate({ alpha: false }).png().toBuffer(),
  ]);
  const animated = () => sharp(frames, { join: { animated: true } });
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);
  const damaged = Buffer.from(png);
  damaged[damaged.length - 20] ^= 0x40;
  const animation = [
    chunk('acTL', words(1, 0)),
    chunk('fcTL', Buffer.concat([words(0, 40, 40, 0, 0), Buffer.from([0, 1, 0, 10, 0, 0])])),
  ];
  const answered: Readonly<Record<string, Buffer | Promise<Buffer>>> = {
    'turned.jpg': plain().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    'turned.webp': plain().withMetadata({ orientation: 8 }).webp({ lossless: true }).toBuffer(),
    'turned.png': plain().withMetadata({ orientation: 6 }).png().toBuffer(),
    'progressive-turned.jpg': plain()
      .withMetadata({ orientation: 3 })
      .jpeg({ progressive: true, quality: 95 })
      .toBuffer(),
    '16-bit-alpha.png': open().toColourspace('rgb16').png().toBuffer(),
    'palette-alpha.png': open().png({ palette: true, colours: 64 }).toBuffer(),
    '1-bit.png': plain().threshold(100).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer(),
    'transparent-color.png': grayPng(40, chunk('tRNS', Buffer.from([0, 255]))),
    'animated.png': grayPng(40, ...animation),
    'animated.webp': animated().webp({ lossless: true }).toBuffer(),
    '1x1.png': flat(1, 1, 0.4).png().toBuffer(),
    '10000x1.png': flat(10_000, 1, 1).png().toBuffer(),
    '1x10000.jpg': flat(1, 10_000, 1).jpeg().toBuffer(),
    'invisible.png': flat(40, 40, 0).png().toBuffer(),
    'jpeg-named.png': jpeg,
    'more-behind-the-end.png': Buffer.concat([png, Buffer.from('more')]),
    'more-behind-the-end.jpg': Buffer.concat([jpeg, Buffer.alloc(500, 7)]),
  };
  const refused: Readonly<Record<string, readonly [Buffer | Promise<Buffer>, RegExp]>> = {
    'animated.gif': [animated().gif().toBuffer(), /GIF/],
    'still.gif': [open().gif().toBuffer(), /GIF/],
    'picture.avif': [plain().avif().toBuffer(), /AVIF/],
    'picture.tiff': [plain().tiff().toBuffer(), /TIFF/],
    'picture.heic': [
      Buffer.concat([
        words(24),
        Buffer.from('ftypheic'),
        words(0),
        Buffer.from('mif1heic'),
        Buffer.alloc(200),
      ]),
      /HEIC/,
    ],
    'picture.bmp': [Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]), /BMP/],
    'drawing.svg': [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'),
      /SVG/,
    ],
    'page.png': [Buffer.from('<!doctype html><title>Not found</title>'), /HTML/],
    'empty.png': [Buffer.alloc(0), /empty|has 0 pixels/],
    'half.jpg': [half(jpeg), /damaged or truncated/],
    'half.png': [half(png), /damaged or truncated/],
    'half.webp': [half(webp), /damaged or truncated/],
    'head.png': [png.subarray(0, 33), /damaged or truncated/],
    'head.jpg': [jpeg.subarray(0, 20), /truncated or damaged/],
    'wrong-checksum.png': [damaged, /damaged or truncated/],
    'no-width.png': [grayPng(0), /0 x 40/],
  };
  const files: StrangeFile[] = [];
  for (const [name, bytes] of Object.entries(answered))
    files.push({ name, bytes: Uint8Array.from(await bytes) });
  for (const [name, [bytes, fault]] of Object.entries(refused))
    files.push({ name, bytes: Uint8Array.from(await bytes), fault });
  return files;
}
