/** Whole data sets as people have them: archives of class folders, packed or not, and folders of IDX, NPY and NPZ files. */

import { deflateRawSync, gzipSync } from 'node:zlib';
import { bytesSource } from '../../../../src/data/readers/bytes.ts';
import type { FileEntry } from '../../../../src/data/readers/entries.ts';
import type { FoundData, LabeledPictures } from '../../../../src/data/readers/found.ts';
import { readFiles, readOneFile } from '../../../../src/data/readers/read.ts';
import type { Draw } from '../draw.ts';
import { mutate } from '../mutate.ts';
import { bytesReader, must, type Reader, type Sample, type Trial } from '../reader.ts';
import { encodeIdx } from './idx.ts';
import { encodeNpy } from './npy.ts';
import { encodeTar } from './tar.ts';
import { encodeZip, syncTools } from './zip.ts';

/** Pictures in order: the label of each, and its bytes. */
type Pictures = readonly (readonly [label: string, data: Uint8Array])[];

async function picturesOf({ train, test }: Pick<FoundData, 'train' | 'test'>): Promise<Pictures> {
  const all: [string, Uint8Array][] = [];
  const take = async (list: LabeledPictures): Promise<void> => {
    for (let i = 0; i < list.length; i++) {
      const picture = await list.read(i);
      if (picture.kind === 'pixels') {
        const { data, height, width, channels } = picture;
        must(data.length === height * width * channels, `image ${i} has ${data.length} bytes`);
      }
      all.push([list.labelOf(i), picture.kind === 'pixels' ? picture.data : picture.bytes]);
    }
  };
  await take(train);
  if (test !== null) await take(test);
  return all;
}

/** The same pictures, in any order. */
function mustBeSame(found: Pictures, written: Pictures): void {
  const sorted = (pictures: Pictures) =>
    pictures.map(([label, data]) => `${label} ${Buffer.from(data).toString('hex')}`).sort();
  must(JSON.stringify(sorted(found)) === JSON.stringify(sorted(written)), 'other pictures than were written');
}

function makeArchive(draw: Draw): Sample<Pictures> {
  const classes = ['cat', 'dog', 'ünï'].slice(0, draw.between(2, 3));
  const splits = draw.chance(0.3) ? ['train/', 'test/'] : [''];
  const files = new Map<string, Uint8Array>();
  const pictures: [string, Uint8Array][] = [];
  for (const split of splits)
    for (const label of classes)
      for (let i = draw.between(1, 3); i > 0; i--) {
        const data = draw.bytes(draw.between(1, 80));
        files.set(`${split}${label}/${i}.png`, data);
        pictures.push([label, data]);
      }
  const plain =
    draw.chance(0.5) && draw.chance(0.9)
      ? encodeTar(files, () => draw.pick(['plain', 'pax', 'gnu']))
      : encodeZip(files, () => draw.chance(0.5)).bytes;
  return { bytes: draw.chance(0.25) ? gzipSync(plain) : plain, truth: pictures };
}

export const archives = bytesReader<Pictures, Pictures>({
  name: 'archives',
  weight: 4,
  make: makeArchive,
  read: async (bytes) => await picturesOf(await readOneFile(bytesSource(bytes, 'set'), syncTools)),
  exact: mustBeSame,
  sound: () => {},
});

interface Part {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Images of one split and their labels in two files of a kind. */
function makeSplit(draw: Draw, split: 'train' | 'test', form: 'idx' | 'npy' | 'npz', size: number) {
  const length = draw.between(1, 5);
  const data = draw.bytes(length * size * size);
  data[0] = 200;
  const labels = Uint8Array.from({ length }, () => draw.below(3));
  const pictures: Pictures = Array.from(labels, (label, i) => [
    String(label),
    data.subarray(i * size * size, (i + 1) * size * size),
  ]);
  const dims = [length, size, size];
  if (form === 'idx') {
    const name = (kind: string) => `${split === 'test' ? 't10k' : split}-${kind}-ubyte`;
    const isPacked = draw.chance(0.3);
    const file = (path: string, bytes: Buffer): Part =>
      isPacked ? { path: `${path}.gz`, bytes: gzipSync(bytes) } : { path, bytes };
    const parts = [
      file(name('images-idx3'), encodeIdx(8, dims, data)),
      file(name('labels-idx1'), encodeIdx(8, [length], labels)),
    ];
    return { parts, pictures };
  }
  const arrays = new Map([
    [`x_${split}.npy`, encodeNpy('|u1', false, dims, data)],
    [`y_${split}.npy`, encodeNpy('|u1', false, [length], labels)],
  ]);
  const parts = [...arrays].map(([path, bytes]) => ({ path, bytes }));
  return {
    parts: form === 'npy' ? parts : [{ path: `${split}.npz`, bytes: encodeZip(arrays, () => false).bytes }],
    pictures,
  };
}

/** A folder of array files, one of which may be changed. */
export const arrays: Reader = {
  name: 'array files',
  weight: 5,
  async draw(draw): Promise<Trial> {
    const form = draw.pick(['idx', 'npy', 'npz'] as const);
    const size = draw.between(1, 6);
    const splits = (['train', 'test'] as const)
      .slice(0, draw.between(1, 2))
      .map((split) => makeSplit(draw, split, form, size));
    const parts = splits.flatMap((split) => split.parts);
    const isValid = draw.chance(1 / 8);
    if (!isValid) {
      const at = draw.below(parts.length);
      const { path, bytes } = parts[at];
      parts[at] = { path, bytes: mutate({ bytes, fields: [], other: draw.pick(parts).bytes }, draw) };
    }
    return {
      input: encodeZip(new Map(parts.map(({ path, bytes }) => [path, bytes])), () => true).bytes,
      isValid,
      async run() {
        const entries = parts.map(
          ({ path, bytes }): FileEntry => ({ path, size: bytes.length, read: async () => bytes }),
        );
        const found = await picturesOf(await readFiles(entries, 'folder', syncTools));
        if (isValid)
          mustBeSame(
            found,
            splits.flatMap(({ pictures }) => pictures),
          );
      },
    };
  },
};

/** A deflated stream by itself, as ZIP has it, in the form that pages use. */
export const deflate = bytesReader<Buffer, Uint8Array>({
  name: 'deflate',
  weight: 1,
  make(draw) {
    const truth = draw.chance(0.5) ? draw.bytes(draw.below(400)) : Buffer.alloc(draw.below(4000), 'ab');
    return { bytes: deflateRawSync(truth), truth };
  },
  read: async (bytes) => {
    const { inflateRaw } = await import('../../../../src/data/gunzip.ts');
    return await inflateRaw(bytes, { name: 'entry', limit: 5000 });
  },
  exact: (output, truth) => must(truth.equals(output), 'other bytes than were packed'),
  sound: (output) => must(output.length <= 5000, 'more than the limit came out'),
});
