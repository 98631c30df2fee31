/** Imports files into memory, in a page and in Node: both splits of a data set. */

import { aFunction, aString, checkArguments, optionsOf, record } from '../../core/arguments.ts';
import { sha256 } from '../../core/sha256.ts';
import { describeSplits } from '../checksums.ts';
import { checkDataset, type Dataset } from '../dataset.ts';
import type { FoundData } from '../readers/found.ts';
import { type ImportPlan, importPictures } from './import.ts';
import { type ImportOptions, type ImportPlatform, importFields } from './options.ts';
import { memoryStore } from './pixel-store.ts';
import type { ImportReport } from './report.ts';

/** A set in memory. */
export interface ImportedDatasets {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly report: ImportReport;
}

/**
 * Imports the result of a reader into memory.
 * @param name name of the data set
 * @param decode decodes an image file, the only platform-specific part
 * @throws CoutureError like `importPictures`
 */
export async function importIntoMemory(
  found: FoundData,
  name: string,
  decode: ImportPlatform['decode'],
  options: ImportOptions = {},
): Promise<ImportedDatasets> {
  checkArguments('importIntoMemory', {
    found: [
      found,
      record(
        { format: aString, train: record({ labelOf: aFunction, read: aFunction }) },
        'the result of readFiles',
      ),
    ],
    name: [name, aString],
    decode: [decode, aFunction],
    options: [options, optionsOf<ImportOptions>(importFields)],
  });
  const createStore = async (images: number, size: number) => memoryStore(images, size);
  const plan = await importPictures(found, name, options, { decode, sha256, createStore, parallel: 4 });
  try {
    const [train, test] = [await splitOf(plan, 'train'), await splitOf(plan, 'test')];
    const info = await describeSplits(train, test);
    return { train: { ...train, info }, test: { ...test, info }, report: plan.report };
  } finally {
    await plan.store.close();
  }
}

async function splitOf({ info, store, ...splits }: ImportPlan, split: 'train' | 'test'): Promise<Dataset> {
  const { indices, labels } = splits[split];
  const images = await store.read(indices);
  return checkDataset({ info, split, images, labels, length: labels.length });
}
