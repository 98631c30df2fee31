/** The table of what is fuzzed. A reader of anything from outside that is not in it is not tested: add it here. */

import type { Reader } from './reader.ts';
import { forms, jsonBodies } from './readers/bodies.ts';
import { cachedFiles, cacheNotes, costNotes, locks, splitFiles } from './readers/cache.ts';
import { configFiles, runConfigs, specs, words } from './readers/configs.ts';
import { csvPaths, csvPixels } from './readers/csv.ts';
import { downloads, fetchedModels } from './readers/downloads.ts';
import { gzip } from './readers/gzip.ts';
import { idx } from './readers/idx.ts';
import { imageHeaders, kinds, pictures, plainPng } from './readers/images.ts';
import { imports } from './readers/imports.ts';
import { clientMessages, hostMessages, threadMessages } from './readers/messages.ts';
import { checkpoints, models } from './readers/models.ts';
import { npy } from './readers/npy.ts';
import { planted } from './readers/planted.ts';
import { runFolders } from './readers/run-files.ts';
import { safetensors, sealed } from './readers/safetensors.ts';
import { archives, arrays, deflate } from './readers/set.ts';
import { spaces } from './readers/spaces.ts';
import { tar } from './readers/tar.ts';
import { foreignNetworks, torchFiles } from './readers/torch.ts';
import { zip } from './readers/zip.ts';

export const readers: readonly Reader[] = [
  ...[idx, gzip, deflate, npy, csvPixels, csvPaths, zip, tar, archives, arrays],
  ...[plainPng, pictures, imageHeaders, kinds, imports],
  ...[safetensors, sealed, models, checkpoints, runFolders],
  ...[torchFiles, foreignNetworks],
  ...[configFiles, runConfigs, specs, words, spaces],
  ...[splitFiles, cacheNotes, costNotes, cachedFiles, locks],
  ...[hostMessages, clientMessages, threadMessages, downloads, fetchedModels],
  ...[forms, jsonBodies],
];

/** A reader by its name; one that only shows that faults are found is none of the table. */
export function findReader(name: string): Reader {
  const found = [...readers, planted].find((reader) => reader.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `There is no reader "${name}". The readers are ${readers.map((reader) => reader.name).join(', ')}.`,
  );
}
