/** Recognizes that the files of a model have changed, without reading them. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a run that its answers depend on; a model file is one file. */
const runFiles = ['config.json', 'weights/best.safetensors', 'weights/last.safetensors', 'unlike.json'];

/** Changes whenever a file of the model is replaced or written; undefined if there is nothing at the path. */
export async function stampOf(path: string): Promise<string | undefined> {
  const own = await stampOfFile(path);
  if (own === undefined || !own.startsWith('folder')) return own;
  const files = await Promise.all(runFiles.map((name) => stampOfFile(join(path, name))));
  return files.map((stamp) => stamp ?? 'none').join(' ');
}

async function stampOfFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isDirectory() ? 'folder' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
  } catch {
    // It is not there, or not yet: a file is often replaced by removing it first.
    return undefined;
  }
}
