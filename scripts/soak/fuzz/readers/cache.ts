/** What lies in the cache and in run folders beside the runs: prepared splits, notes, unpacked files, locks. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { memoryStore } from '../../../../src/data/import/pixel-store.ts';
import type { ImportReport } from '../../../../src/data/import/report.ts';
import { readCached, readIndex } from '../../../../src/platform/node/data/cache.ts';
import { ImportCache } from '../../../../src/platform/node/data/import-cache.ts';
import {
  describeStored,
  readSplitFile,
  readSplitHeader,
  writeSplitFile,
} from '../../../../src/platform/node/data/split-file.ts';
import { costsIn } from '../../../../src/platform/node/engine/costs.ts';
import { folderStore } from '../../../../src/platform/node/runs/folder-store.ts';
import { makeInfo } from '../../../../test/model-fixture.ts';
import type { Draw } from '../draw.ts';
import { type Json, mutateJson, writeJson } from '../json.ts';
import { type Field, mutate } from '../mutate.ts';
import { bytesReader, must, type Reader, type Sample, type Trial } from '../reader.ts';
import { scratch } from './scratch.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const info = makeInfo({ height: 3, width: 4, channels: 1 }, ['a', 'b', 'c']);
const report: ImportReport = {
  version: 1,
  classes: info.classNames.map((name) => ({ name, train: 3, test: 1 })),
  testWasDrawn: true,
  passedOver: [{ path: 'notes.txt', reason: 'it is no image' }],
  passedOverCount: 1,
  notices: ['A sentence.'],
};

type Split = NonNullable<Awaited<ReturnType<typeof readSplitFile>>>;
interface Contents {
  readonly images: Uint8Array;
  readonly labels: readonly number[];
}

async function makeSplit(draw: Draw): Promise<Sample<Contents>> {
  const length = draw.between(1, 6);
  const images = draw.bytes(length * 12);
  const labels = draw.times(length, () => draw.below(3));
  const store = memoryStore(length, 12);
  for (let i = 0; i < length; i++) await store.write(i, images.subarray(i * 12, (i + 1) * 12));
  const indices = Uint32Array.from({ length }, (_, i) => i);
  const split = { indices, labels: Uint16Array.from(labels) };
  const train = await describeStored(info, store, split);
  const path = join(scratch, 'made.split');
  const header = { split: 'train', info: { ...info, splits: { train, test: train } }, report } as const;
  await writeSplitFile({ path, beside: join(scratch, 'beside') }, header, store, split);
  return { bytes: readFileSync(path), truth: { images, labels } };
}

const PREFIX = 12;

/** A change to the header's JSON, whose length and digest are made right, or to the bytes. */
function mutateSplit(bytes: Uint8Array, draw: Draw): Uint8Array {
  const file = Buffer.from(bytes);
  const length: Field = { at: 8, bytes: 4, little: true };
  if (draw.chance(0.5)) return mutate({ bytes, fields: [length], other: undefined }, draw);
  const end = PREFIX + file.readUInt32LE(8);
  const json = Buffer.from(mutateJson(JSON.parse(file.toString('utf8', PREFIX, end)), draw));
  const head = Buffer.from(file.subarray(0, PREFIX));
  head.writeUInt32LE(json.length, 8);
  return Buffer.concat([head, json, Buffer.alloc(32), file.subarray(end + 32)]);
}

function resealSplit(file: Buffer): Buffer {
  const end = file.length >= PREFIX ? PREFIX + file.readUInt32LE(8) : file.length;
  if (end + 32 <= file.length) createHash('sha256').update(file.subarray(0, end)).digest().copy(file, end);
  return file;
}

export const splitFiles = bytesReader<Contents, Split>({
  name: 'split files',
  weight: 3,
  make: makeSplit,
  mutate: mutateSplit,
  reseal: resealSplit,
  async read(bytes) {
    const path = join(scratch, 'train.split');
    writeFileSync(path, bytes);
    const read = await readSplitFile(path);
    must(read !== undefined, 'the file was not seen');
    must((await readSplitHeader(path)) !== undefined, 'the header was not seen');
    return read;
  },
  exact({ dataset }, { images, labels }) {
    must(Buffer.from(images).equals(dataset.images), 'other images than were written');
    must(labels.join() === [...dataset.labels].join(), 'other labels than were written');
  },
  sound({ dataset: { images, labels, length, info: read, split } }) {
    const known = read.splits[split];
    must(known?.length === length && labels.length === length, 'another number of images');
    must(sha256(images) === known.imagesSha256, 'the images do not have their digest');
    must(
      labels.every((label) => label < read.classNames.length),
      'a label past the classes',
    );
  },
});

/** JSON that can be made again, so that whatever is wrong with it only counts as absent. */
const notes: readonly {
  readonly path: string;
  readonly value: Json;
  readonly read: () => Promise<unknown>;
}[] = [
  {
    path: `imports/names/${sha256('shoes')}.json`,
    value: { couture: 1, name: 'shoes', digest: 'ab'.repeat(32) },
    async read() {
      const cache = new ImportCache(scratch);
      for (const { name, digest } of await cache.names())
        must(isName(name) && isSum(digest), `${name}: ${digest}`);
      const found = await cache.findName('shoes');
      must(found === undefined || isSum(found), `the digest ${found}`);
      return found;
    },
  },
  {
    path: `imports/seen/${sha256('shoes/')}.json`,
    value: { couture: 1, stamp: 'cd'.repeat(32), listed: null, digest: 'ab'.repeat(32) },
    async read() {
      const seen = await new ImportCache(scratch).seen('shoes/');
      must(seen === undefined || (isSum(seen.stamp) && isSum(seen.digest)), 'a digest that is none');
      return seen;
    },
  },
  {
    path: 'sets/kmnist.json',
    value: { couture: 1, files: { 'train-images': { sha256: 'ab'.repeat(32), proof: 'shape' } } },
    async read() {
      const files = Object.values(await readIndex(scratch, 'kmnist'));
      must(
        files.every((file) => isSum(file.sha256)),
        'a digest that is none',
      );
      return files.length > 0 ? files : undefined;
    },
  },
];

const isSum = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
const isName = (text: unknown): boolean => typeof text === 'string';

export const cacheNotes: Reader = {
  name: 'cache notes',
  weight: 4,
  draw(draw): Trial {
    const { path, value, read } = draw.pick(notes);
    const isValid = draw.chance(1 / 8);
    const input = isValid ? Buffer.from(writeJson(value)) : mutateJson(value, draw);
    return {
      input,
      isValid,
      async run() {
        const file = join(scratch, path);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, input);
        const found = await read();
        rmSync(file);
        must(!isValid || found !== undefined, 'a correct note was skipped');
      },
    };
  },
};

/** What training was measured to cost. */
export const costNotes: Reader = {
  name: 'cost notes',
  weight: 1,
  async draw(draw): Promise<Trial> {
    const folder = join(scratch, 'costs');
    const file = join(folder, 'backends.json');
    const costs = costsIn(() => folder);
    rmSync(file, { force: true });
    const cost = { start: draw.float(), step: draw.float() + 0.01 };
    await costs.write('key', { cpu: cost, gpu: cost });
    const value = JSON.parse(readFileSync(file, 'utf8'));
    const isValid = draw.chance(1 / 8);
    const input = isValid ? readFileSync(file) : mutateJson(value, draw);
    return {
      input,
      isValid,
      async run() {
        writeFileSync(file, input);
        const found = await costs.read('key');
        must(!isValid || found?.cpu.step === cost.step, 'correct costs were skipped');
        must(found === undefined || (found.gpu.step > 0 && found.cpu.start >= 0), 'costs below 0');
      },
    };
  },
};

/** Unpacked files by their digests. */
export const cachedFiles = bytesReader<Uint8Array, { readonly bytes: Uint8Array; readonly sum: string }>({
  name: 'cached files',
  weight: 2,
  make(draw) {
    const truth = draw.bytes(draw.below(500));
    // The name travels with the bytes: the first 64 of the input.
    return { bytes: Buffer.concat([Buffer.from(sha256(truth)), truth]), truth };
  },
  async read(input) {
    const sum = Buffer.from(input).toString('latin1', 0, 64);
    const path = join(scratch, 'sha256', isSum(sum) ? sum : 'ab'.repeat(32));
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, input.subarray(64));
    try {
      const bytes = await readCached(scratch, path.slice(-64));
      must(bytes !== null, 'the file was not seen');
      return { bytes, sum: path.slice(-64) };
    } finally {
      rmSync(path);
    }
  },
  exact: ({ bytes }, truth) => must(Buffer.from(truth).equals(bytes), 'other bytes than were written'),
  sound: ({ bytes, sum }) =>
    must(sha256(bytes) === sum, 'the bytes do not have the digest that they are known by'),
});

/** Locks of processes that are gone, or never were. A lock that is not filled is waited for, so that these take long. */
export const locks: Reader = {
  name: 'locks',
  weight: 0.004,
  refuses: ['data', 'usage', 'runtime'],
  draw(draw): Trial {
    const gone = { pid: 2 ** 22 + 1 + draw.below(1000), host: hostname(), started: null };
    const isValid = draw.chance(0.3);
    const input = isValid ? Buffer.from(JSON.stringify(gone)) : mutateJson(gone, draw);
    return {
      input,
      isValid,
      async run() {
        const folder = join(scratch, 'locked');
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        writeFileSync(join(folder, 'lock'), input);
        const release = await folderStore.lock(folder);
        await release();
      },
    };
  },
};
