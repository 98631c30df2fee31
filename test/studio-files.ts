/** The private files of the Studio's page (OPFS), behind the page's back. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Page } from 'playwright-core';

/** Names in a folder of the page's private files. */
export async function filesIn(page: Page, path: string): Promise<string[]> {
  return await page.evaluate(async (names) => {
    let place = await navigator.storage.getDirectory();
    for (const name of names) place = await place.getDirectoryHandle(name);
    const found: string[] = [];
    for await (const name of place.keys()) found.push(name);
    return found.sort();
  }, path.split('/'));
}

/** Deletes a file or a folder. */
export async function removeFile(page: Page, path: string): Promise<void> {
  await page.evaluate(async (names) => {
    let place = await navigator.storage.getDirectory();
    for (const name of names.slice(0, -1)) place = await place.getDirectoryHandle(name);
    await place.removeEntry(names.at(-1) ?? '', { recursive: true });
  }, path.split('/'));
}

/** Writes when a run was deleted. */
export async function markRemoved(page: Page, name: string, when: string): Promise<void> {
  await page.evaluate(
    async ([run, text]) => {
      let place = await navigator.storage.getDirectory();
      for (const part of ['studio', 'runs', 'train', run]) place = await place.getDirectoryHandle(part);
      const file = await place.getFileHandle('studio-removed.json');
      const stream = await file.createWritable();
      await stream.write(text);
      await stream.close();
      // The list of runs is made again from the runs.
      const studio = await (await navigator.storage.getDirectory()).getDirectoryHandle('studio');
      await studio.removeEntry('list.json');
    },
    [name, when],
  );
}

/** Copies of the only run, under the names run-0001 and so on, until there are so many. */
export async function copyRuns(page: Page, all: number): Promise<void> {
  await page.evaluate(async (count) => {
    let root = await navigator.storage.getDirectory();
    for (const part of ['studio', 'runs', 'train']) root = await root.getDirectoryHandle(part);
    const files: [string[], ArrayBuffer][] = [];
    const read = async (folder: FileSystemDirectoryHandle, path: string[]): Promise<void> => {
      // The list does not read weights, and copying them takes long.
      for await (const [name, handle] of folder.entries())
        if (['weights', 'checkpoint'].includes(name)) continue;
        else if (handle.kind === 'directory')
          await read(handle as FileSystemDirectoryHandle, [...path, name]);
        else
          files.push([
            [...path, name],
            await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer(),
          ]);
    };
    for await (const handle of root.values()) await read(handle as FileSystemDirectoryHandle, []);
    for (let n = 1; n < count; n++) {
      const run = await root.getDirectoryHandle(`run-${String(n).padStart(4, '0')}`, { create: true });
      await Promise.all(
        files.map(async ([path, bytes]) => {
          let place = run;
          for (const name of path.slice(0, -1))
            place = await place.getDirectoryHandle(name, { create: true });
          const file = await place.getFileHandle(path[path.length - 1], { create: true });
          const stream = await file.createWritable();
          await stream.write(bytes);
          await stream.close();
        }),
      );
    }
  }, all);
}

/** Puts a run of the command line into the page's files, under these names: nothing has to be trained in the page. */
export async function putRun(page: Page, folder: string, names: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(
    paths.map(async (path) => ({
      path: relative(folder, path).split('/'),
      bytes: (await readFile(path)).toString('base64'),
    })),
  );
  await page.evaluate(
    async ({ files, names }) => {
      let root = await navigator.storage.getDirectory();
      for (const part of ['studio', 'runs', 'train'])
        root = await root.getDirectoryHandle(part, { create: true });
      for (const name of names)
        for (const { path, bytes } of files) {
          let place = await root.getDirectoryHandle(name, { create: true });
          for (const part of path.slice(0, -1))
            place = await place.getDirectoryHandle(part, { create: true });
          const file = await place.getFileHandle(path.at(-1) ?? '', { create: true });
          const stream = await file.createWritable();
          await stream.write(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
          await stream.close();
        }
    },
    { files, names },
  );
}
