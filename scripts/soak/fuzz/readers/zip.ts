/** ZIP archives: made by hand, with the odd names, sizes and flags that archives may have. */

import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { bytesSource } from '../../../../src/data/readers/bytes.ts';
import { defaultTools, type ReaderTools } from '../../../../src/data/readers/tools.ts';
import { zipEntries } from '../../../../src/data/readers/zip.ts';
import type { Draw } from '../draw.ts';
import type { Field } from '../mutate.ts';
import { bytesReader, must, type Sample } from '../reader.ts';
import { content } from './gzip.ts';

/** Files by their paths. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** An archive of files, and where its numbers stand. */
export function encodeZip(
  files: Files,
  isStored: (path: string) => boolean,
): { bytes: Buffer; fields: Field[] } {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const fields: Field[] = [];
  const little = true;
  let at = 0;
  let inDirectory = 0;
  for (const [path, data] of files) {
    const name = Buffer.from(path);
    const stored = isStored(path);
    const packed = stored ? Buffer.from(data) : deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt8(3, 5);
    entry.writeUInt16LE(0x800, 8);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(crc32(data), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    fields.push({ at: at + 26, bytes: 2, little }, { at: at + 28, bytes: 2, little });
    parts.push(local, name, packed);
    directory.push(entry, name);
    at += local.length + name.length + packed.length;
  }
  for (let i = 0; i < directory.length; i += 2) {
    const start = at + inDirectory;
    for (const [offset, bytes] of [
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [38, 4],
      [42, 4],
    ] as const)
      fields.push({ at: start + offset, bytes, little });
    inDirectory += directory[i].length + directory[i + 1].length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.size, 8);
  end.writeUInt16LE(files.size, 10);
  end.writeUInt32LE(inDirectory, 12);
  end.writeUInt32LE(at, 16);
  const endAt = at + inDirectory;
  fields.push({ at: endAt + 10, bytes: 2, little }, { at: endAt + 12, bytes: 4, little });
  fields.push({ at: endAt + 16, bytes: 4, little }, { at: endAt + 20, bytes: 2, little });
  return { bytes: Buffer.concat([...parts, ...directory, end]), fields };
}

/** As Node's import unpacks, without a thread for each entry. */
export const syncTools: ReaderTools = {
  ...defaultTools,
  inflate: async (bytes, _, limit) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, limit) }),
};

/** Some files at paths of their own. */
export function someFiles(draw: Draw): Files {
  const paths = draw.times(draw.between(0, 5), (i) => `${draw.name()}x${i}/${draw.name()}x.bin`);
  return new Map(paths.map((path) => [path, content(draw, 600)]));
}

function make(draw: Draw): Sample<Files> {
  const files = someFiles(draw);
  const stored = new Set([...files.keys()].filter(() => draw.chance(0.5)));
  return { ...encodeZip(files, (path) => stored.has(path)), truth: files };
}

/** Every file that an archive gives. */
type Unpacked = Map<string, Uint8Array>;

/** The sums and sizes of what begins as an entry of the directory does. */
function claims(bytes: Uint8Array): Set<string> {
  const file = Buffer.from(bytes);
  const found = new Set<string>();
  const signature = Buffer.from('PK\x01\x02', 'latin1');
  for (let at = file.indexOf(signature); at >= 0; at = file.indexOf(signature, at + 1))
    if (at + 46 <= file.length) found.add(`${file.readUInt32LE(at + 16)} ${file.readUInt32LE(at + 24)}`);
  return found;
}

export const zip = bytesReader<Files, Unpacked>({
  name: 'zip',
  weight: 8,
  make,
  async read(bytes) {
    const entries = await zipEntries(bytesSource(bytes, 'file'), syncTools);
    const found: Unpacked = new Map();
    for (const entry of entries) found.set(entry.path, await entry.read());
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
    const known = claims(bytes);
    for (const [path, data] of output) {
      must(
        !/^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/.test(path),
        `the path ${JSON.stringify(path)} leaves its folder`,
      );
      must(known.has(`${crc32(data)} ${data.length}`), `no entry has the checksum of ${path}`);
    }
  },
});
