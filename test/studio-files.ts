/** The private files of the Studio's page (OPFS), behind the page's back. */

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
