/**
 * The file in which a split of an imported set is kept: `COUTURE1`, the header's length as uint32, the header as JSON, its
 * SHA-256, then the images [length, height, width, channels] and the labels as uint16; numbers are
 * little-endian. The header has the digests of images and labels, so every byte is covered. It contains no
 * path.
 */

import { createHash } from 'node:crypto';
import { type FileHandle, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { parseJson } from '../../../core/json.ts';
import { decodeText } from '../../../core/text.ts';
import { describeSplit, sameSplit } from '../../../data/checksums.ts';
import { checkDataset, type Dataset, type SplitName } from '../../../data/dataset.ts';
import { checkDatasetInfo, type DatasetInfo, type SplitInfo } from '../../../data/dataset-info.ts';
import { imageSize } from '../../../data/image-shape.ts';
import type { PixelStore } from '../../../data/import/pixel-store.ts';
import type { PlannedSplit } from '../../../data/import/plan-splits.ts';
import { type ImportReport, importReportSchema } from '../../../data/import/report.ts';
import { openRegular, readPiece } from '../files/read.ts';
import { isMissing, reason } from '../files/system-errors.ts';
import { createFile } from '../files/write.ts';

const MAGIC = new TextEncoder().encode('COUTURE1');
const PREFIX = MAGIC.length + 4;
const DIGEST = 32;
const MAX_HEADER = 16 * 2 ** 20;
/** Bytes of images that are copied at a time. */
const PIECE = 4 << 20;

const headerSchema = z.strictObject({
  split: z.enum(['train', 'test']),
  info: z.unknown(),
  report: importReportSchema,
});

/** The header of a split file. */
export interface SplitHeader {
  readonly split: SplitName;
  /** With the checksums of both splits. */
  readonly info: DatasetInfo;
  readonly report: ImportReport;
}

/** Images in pieces that fit into memory, in the order of a split. */
async function* pieces(
  store: PixelStore,
  { indices }: PlannedSplit,
  size: number,
): AsyncGenerator<Uint8Array> {
  const each = Math.max(1, Math.floor(PIECE / size));
  for (let start = 0; start < indices.length; start += each)
    yield await store.read(indices.subarray(start, start + each));
}

/** The checksums of a split whose images lie in a store. */
export async function describeStored(
  info: DatasetInfo,
  store: PixelStore,
  split: PlannedSplit,
): Promise<SplitInfo> {
  const hash = createHash('sha256');
  for await (const piece of pieces(store, split, imageSize(info.shape))) hash.update(piece);
  const { labels } = split;
  const { labelsSha256 } = await describeSplit({
    info,
    split: 'train',
    images: new Uint8Array(0),
    labels,
    length: labels.length,
  });
  return { length: labels.length, imagesSha256: hash.digest('hex'), labelsSha256 };
}

/**
 * Writes a split, and renames it to `path` once it is whole.
 * @param beside where it is written first, on the same file system
 * @throws CoutureError of kind `runtime` when it cannot be written
 */
export async function writeSplitFile(
  { path, beside }: { readonly path: string; readonly beside: string },
  header: SplitHeader,
  store: PixelStore,
  split: PlannedSplit,
): Promise<void> {
  try {
    const file = await createFile(beside);
    try {
      await file.writeFile(encodeHeader(header));
      for await (const piece of pieces(store, split, imageSize(header.info.shape)))
        await file.writeFile(piece);
      await file.writeFile(labelBytes(split.labels));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    if (cause instanceof CoutureError) throw cause;
    throw new CoutureError('runtime', `Cannot write ${path}: ${reason(cause)}.`, {
      hint: 'Free space on the disk, or set COUTURE_CACHE to a writable folder.',
      cause,
    });
  }
}

function encodeHeader(header: SplitHeader): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(PREFIX + json.length + DIGEST);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, json.length, true);
  bytes.set(json, PREFIX);
  const covered = bytes.subarray(0, PREFIX + json.length);
  bytes.set(createHash('sha256').update(covered).digest(), covered.length);
  return bytes;
}

function labelBytes(labels: Uint16Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(labels.length * 2));
  labels.forEach((label, i) => {
    bytes.setUint16(i * 2, label, true);
  });
  return new Uint8Array(bytes.buffer);
}

/**
 * The header of a split file, with its digest checked; undefined if the file does not exist.
 * @throws CoutureError of kind `data` when it is damaged
 */
export async function readSplitHeader(path: string): Promise<SplitHeader | undefined> {
  return await withFile(path, async (file) => (await readHeader(file, path)).header);
}

/**
 * A whole split, with its digests checked; undefined if the file does not exist.
 * @throws CoutureError of kind `data` when it is damaged
 */
export async function readSplitFile(
  path: string,
): Promise<{ readonly dataset: Dataset; readonly report: ImportReport } | undefined> {
  return await withFile(path, async (file) => {
    const { header, end } = await readHeader(file, path);
    const { info, split, report } = header;
    const known = info.splits[split];
    if (known === undefined) throw damaged(path, 'it has no description of its contents');
    const imageBytes = known.length * imageSize(info.shape);
    const { size } = await file.stat();
    if (size !== end + imageBytes + known.length * 2) throw damaged(path, `it has ${size} bytes`);
    const images = await readPiece(file, end, end + imageBytes);
    const view = new DataView((await readPiece(file, end + imageBytes, size)).buffer);
    const labels = Uint16Array.from({ length: known.length }, (_, i) => view.getUint16(i * 2, true));
    const dataset: Dataset = { info, split, images, labels, length: known.length };
    // With up to 256 classes the digest covers one byte of a label; the other byte must be 0.
    const inRange = labels.every((label) => label < info.classNames.length);
    if (!inRange || !sameSplit(known, await describeSplit(dataset)))
      throw damaged(path, 'its contents do not match its digest');
    return { dataset: checkDataset(dataset), report };
  });
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: SplitHeader; end: number }> {
  const prefix = await readPiece(file, 0, PREFIX);
  if (prefix.length < PREFIX || MAGIC.some((byte, i) => prefix[i] !== byte))
    throw damaged(path, 'it does not begin with the NPY signature');
  const length = new DataView(prefix.buffer).getUint32(MAGIC.length, true);
  if (length > MAX_HEADER) throw damaged(path, `its header has ${length} bytes`);
  const end = PREFIX + length + DIGEST;
  const bytes = await readPiece(file, 0, end);
  const digest = createHash('sha256')
    .update(bytes.subarray(0, PREFIX + length))
    .digest();
  if (bytes.length < end || !digest.equals(bytes.subarray(PREFIX + length)))
    throw damaged(path, 'its header does not match its digest');
  const text = decodeText(bytes.subarray(PREFIX, PREFIX + length), path);
  const parsed = headerSchema.safeParse(parseJson(text, path));
  if (!parsed.success) throw damaged(path, 'it was written by another version of Couture');
  const { split, report, info } = parsed.data;
  return { header: { split, report, info: checkDatasetInfo(info, path) }, end };
}

async function withFile<Result>(
  path: string,
  use: (file: FileHandle) => Promise<Result>,
): Promise<Result | undefined> {
  let file: FileHandle;
  try {
    file = await openRegular(path);
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    if (isMissing(cause)) return undefined;
    throw new CoutureError('data', `${path}: the file cannot be read: ${reason(cause)}.`, { cause });
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function damaged(path: string, what: string): CoutureError {
  return new CoutureError('data', `${path}: the file of an imported data set is damaged: ${what}.`, {
    hint: 'Delete it and import the data set again.',
  });
}
