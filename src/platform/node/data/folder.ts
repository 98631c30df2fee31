/** Finds files in a local folder, plain or packed, under any of their names. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { DataFile, Role } from '../../../data/registry.ts';
import { readLimited } from '../files/read.ts';
import { isMissing, reason } from '../files/system-errors.ts';

import type { Attempt } from './source.ts';

/** Archives unpack into these. */
const subfolders = ['', 'gzip', 'raw'];
/** A .gz of bytes that do not compress is larger than they are, by less than this. */
export const PACKING_SLACK = 1 << 20;

/** The path of a file in a folder, or null when the folder has none of its names. */
export async function locate(folder: string, file: DataFile): Promise<string | null> {
  for (const subfolder of subfolders) {
    for (const name of file.names) {
      for (const path of [join(folder, subfolder, name), join(folder, subfolder, `${name}.gz`)]) {
        const found = await stat(path).catch(() => null);
        if (found?.isFile()) return path;
      }
    }
  }
  return null;
}

/**
 * The bytes of a local file as they are.
 * @throws CoutureError of kind `data` when it cannot be read or is far larger than it should be
 */
export async function readLocal(path: string, file: DataFile): Promise<Uint8Array<ArrayBuffer>> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > file.bytes + PACKING_SLACK) {
    throw new CoutureError(
      'data',
      `${path}: the file has ${size} bytes, but at most ${file.bytes} were expected.`,
      {
        hint: 'This is the wrong file; get the right one from its source.',
      },
    );
  }
  const bytes = await readLimited(path, file.bytes + PACKING_SLACK);
  if (bytes !== undefined) return bytes;
  throw new CoutureError('data', `${path}: there is no such file.`, {
    hint: 'Check that it exists and that you have permission to read it.',
  });
}

/** Takes the files of a well-known folder; problems are only noted. */
export async function fromFolder(folder: string, attempt: Attempt): Promise<void> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    attempt.tried(folder, 'no such folder');
    return;
  }
  const absent: Role[] = [];
  for (const role of attempt.wanted) {
    const path = await locate(folder, attempt.entry.files[role]);
    if (path === null) {
      absent.push(role);
      continue;
    }
    attempt.emit('folder', path);
    try {
      await attempt.accept(role, await readLocal(path, attempt.entry.files[role]), path, false);
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      attempt.tried(folder, error.message);
    }
  }
  if (absent.length > 0) attempt.tried(folder, `no ${absent.join(', ')}`);
}

/**
 * Takes every wanted file from the folder that the user named; nothing else is tried.
 * @throws CoutureError of kind `data` for the first file that is missing or wrong
 */
export async function fromNamedFolder(folder: string, attempt: Attempt): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw new CoutureError('data', `${folder}: the folder cannot be read: ${reason(error)}.`, {
      cause: error,
    });
  });
  if (!found?.isDirectory()) {
    throw new CoutureError(
      'data',
      `${folder}: ${found ? 'not a folder' : 'no such folder'} (given by --from).`,
      {
        hint: `Give the folder that contains ${fileList(attempt)}.`,
      },
    );
  }
  for (const role of attempt.wanted) {
    const file = attempt.entry.files[role];
    const path = await locate(folder, file);
    if (path === null) {
      throw new CoutureError(
        'data',
        `${folder}: no ${file.names[0]} or ${file.names[0]}.gz in it (${attempt.entry.name}, ${role}).`,
        { hint: `The folder given by --from must contain ${fileList(attempt)}.` },
      );
    }
    attempt.emit('folder', path);
    await attempt.accept(role, await readLocal(path, file), path, false);
  }
}

function fileList({ entry, wanted }: Attempt): string {
  return `${wanted.map((role) => entry.files[role].names[0]).join(', ')}, each plain or as .gz`;
}
