/** tar archives: ustar, pax headers and GNU's long names. */

import { bytesSource } from '../../../../src/data/readers/bytes.ts';
import { tarEntries } from '../../../../src/data/readers/tar.ts';
import type { Draw } from '../draw.ts';
import type { Field } from '../mutate.ts';
import { bytesReader, must, type Sample } from '../reader.ts';
import { type Files, someFiles } from './zip.ts';

const BLOCK = 512;

function header(path: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  Buffer.from(path).copy(block, 0, 0, 100);
  block.write('0000644\0', 100);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(type, 156);
  block.write('ustar\x0000', 257);
  return withChecksum(block);
}

function withChecksum(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(data: Uint8Array): Buffer {
  return Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** An archive of files, each under a header of one of three kinds. */
export function encodeTar(files: Files, kindOf: (path: string) => 'plain' | 'pax' | 'gnu'): Buffer {
  const parts = [...files].flatMap(([path, data]) => {
    const kind = kindOf(path);
    const name = Buffer.from(path);
    const file = [header(kind === 'plain' ? path : 'short', data.length, '0'), padded(data)];
    if (kind === 'plain') return file;
    const meta = kind === 'pax' ? paxRecord('path', path) : Buffer.concat([name, Buffer.alloc(1)]);
    return [header('././@meta', meta.length, kind === 'pax' ? 'x' : 'L'), padded(meta), ...file];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function make(draw: Draw): Sample<Files> {
  const files = someFiles(draw);
  const kinds = new Map([...files.keys()].map((path) => [path, draw.pick(['plain', 'pax', 'gnu'] as const)]));
  const bytes = encodeTar(files, (path) => (Buffer.byteLength(path) > 99 ? 'pax' : kinds.get(path)!));
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK)
    fields.push({ at: at + 124, bytes: 8, little: false }, { at: at + 156, bytes: 1, little: false });
  return { bytes, fields, truth: files };
}

/** Every block that is marked as a header gets the checksum of what it holds. */
function reseal(bytes: Buffer): Buffer {
  for (let at = 0; at + BLOCK <= bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.toString('latin1', 257, 262) === 'ustar') withChecksum(block);
  }
  return bytes;
}

export const tar = bytesReader<Files, Map<string, Uint8Array>>({
  name: 'tar',
  weight: 8,
  make,
  reseal,
  async read(bytes) {
    const entries = await tarEntries(bytesSource(bytes, 'file'));
    const found = new Map<string, Uint8Array>();
    for (const entry of entries) {
      const data = await entry.read();
      must(data.length === entry.size, `${entry.path} has ${data.length} bytes and not ${entry.size}`);
      found.set(entry.path, data);
    }
    must(found.size === entries.length, 'two entries have one path');
    return found;
  },
  exact(output, truth) {
    const visible = [...truth].filter(([path]) => !path.split('/').some((part) => part.startsWith('.')));
    must(output.size === visible.length, `${output.size} files of ${visible.length}`);
    for (const [path, data] of visible)
      must(Buffer.from(data).equals(output.get(path) ?? Buffer.alloc(0)), `other bytes of ${path}`);
  },
  sound(output, bytes) {
    const file = Buffer.from(bytes);
    const taken = [...output.values()].reduce((sum, data) => sum + data.length, 0);
    must(taken <= file.length, 'more bytes came out than went in');
    for (const [path, data] of output) {
      must(
        !/^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/.test(path),
        `the path ${JSON.stringify(path)} leaves its folder`,
      );
      must(data.length === 0 || isAtBlock(file, data), `the bytes of ${path} begin at no block`);
    }
  },
});

function isAtBlock(file: Buffer, data: Uint8Array): boolean {
  for (let at = file.indexOf(data); at >= 0; at = file.indexOf(data, at + 1))
    if (at % BLOCK === 0) return true;
  return false;
}
