/**
 * What every store of runs is held to, as cases without a test runner: the same ones run in Node and in a page.
 */

import { CoutureError } from '../src/core/errors.ts';
import type { RunStore } from '../src/runs/store.ts';

/** One promise of a store. */
export interface StoreCase {
  readonly title: string;
  /** @param folder a new folder in the store, for this case alone */
  readonly run: (store: RunStore, folder: string) => Promise<void>;
}

const LIMIT = 1_000_000;
const bytes = (...values: number[]) => Uint8Array.from(values);

function check(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}

function same(found: unknown, expected: unknown, words: string): void {
  const [a, b] = [found, expected].map((value) =>
    JSON.stringify(value instanceof Uint8Array ? [...value] : (value ?? null)),
  );
  check(a === b, `${words}: ${a?.slice(0, 300)}, not ${b?.slice(0, 300)}`);
}

async function refused(work: Promise<unknown>, kind: CoutureError['kind'], message: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(error instanceof CoutureError, `not refused as expected: ${String(error)}`);
  if (!(error instanceof CoutureError)) return;
  same(error.kind, kind, 'kind of the error');
  check(message.test(error.message), `the message "${error.message}" does not match ${message}`);
}

export const storeCases: readonly StoreCase[] = [
  {
    title: 'gives back what was written, bytes and text, and replaces it whole',
    async run(store, folder) {
      const path = store.paths.join(folder, 'a.bin');
      same(await store.read(path, LIMIT), undefined, 'before');
      same(await store.kind(path), undefined, 'kind before');
      const content = bytes(0, 255, 10, 13);
      await store.write(path, content);
      content[0] = 77;
      same(await store.read(path, LIMIT), bytes(0, 255, 10, 13), 'bytes');
      same(await store.kind(path), 'file', 'kind');
      await store.write(path, 'é');
      same(await store.read(path, LIMIT), bytes(0xc3, 0xa9), 'text, shorter than what was there');
      await store.write(path, bytes());
      same(await store.read(path, LIMIT), bytes(), 'nothing');
    },
  },
  {
    title: 'gives what is its reader’s own',
    async run(store, folder) {
      const path = store.paths.join(folder, 'a.bin');
      await store.write(path, bytes(1, 2, 3));
      (await store.read(path, LIMIT))?.fill(9);
      same(await store.read(path, LIMIT), bytes(1, 2, 3), 'read again');
    },
  },
  {
    title: 'refuses what is longer than the limit, and reads the head of anything',
    async run(store, folder) {
      const path = store.paths.join(folder, 'long');
      await store.write(path, new Uint8Array(1001).fill(7));
      await refused(store.read(path, 1000), 'data', /long has 1001 bytes, over the limit of 1000/);
      same((await store.read(path, 1001))?.length, 1001, 'at the limit');
      same(await store.readHead(path, 3), bytes(7, 7, 7), 'head');
      same((await store.readHead(path, 5000))?.length, 1001, 'head past the end');
      same(await store.readHead(store.paths.join(folder, 'none'), 3), undefined, 'head of nothing');
      same(await store.readHead(folder, 3), undefined, 'head of a folder');
    },
  },
  {
    title: 'makes folders with those above, lists their names, and keeps files and folders apart',
    async run(store, folder) {
      const { join } = store.paths;
      await store.makeFolder(join(folder, 'x', 'y'));
      await store.makeFolder(join(folder, 'x', 'y'));
      await store.write(join(folder, 'x', 'file'), 'f');
      same((await store.list(join(folder, 'x'))).sort(), ['file', 'y'], 'names');
      same(await store.list(join(folder, 'x', 'y')), [], 'an empty folder');
      same(await store.list(join(folder, 'none')), [], 'no folder');
      same(await store.kind(join(folder, 'x')), 'folder', 'kind');
      same(await store.kind(join(folder, 'x', 'file', 'deeper')), undefined, 'below a file');
      await refused(store.makeFolder(join(folder, 'x', 'file')), 'runtime', /file/);
      await refused(store.write(join(folder, 'x', 'y'), ''), 'runtime', /Cannot write .*y/);
      await refused(store.write(join(folder, 'none', 'file'), ''), 'runtime', /Cannot write .*none/);
      await refused(store.read(join(folder, 'x'), LIMIT), 'data', /x/);
      same((await store.list(folder)).sort(), ['x'], 'nothing is left of what failed');
    },
  },
  {
    title: 'gives a new folder to one of those who ask for it',
    async run(store, folder) {
      const path = store.paths.join(folder, 'runs', 'train', 'new');
      const answers = await Promise.all(Array.from({ length: 8 }, () => store.claimFolder(path)));
      same(answers.filter(Boolean).length, 1, 'how many got it');
      same(await store.kind(path), 'folder', 'kind');
      same(await store.claimFolder(path), false, 'later');
      const file = store.paths.join(folder, 'file');
      await store.write(file, '');
      same(await store.claimFolder(file), false, 'where a file is');
      await refused(store.claimFolder(store.paths.join(file, 'run')), 'runtime', /Cannot make/);
    },
  },
  {
    title: 'removes a file, and a folder with all that is in it, and minds no absence',
    async run(store, folder) {
      const { join } = store.paths;
      await store.makeFolder(join(folder, 'x', 'y'));
      await store.makeFolder(join(folder, 'xy'));
      for (const name of ['x/a', 'x/y/b', 'xy/c']) await store.write(join(folder, ...name.split('/')), name);
      await store.remove(join(folder, 'x', 'a'));
      same(await store.list(join(folder, 'x')), ['y'], 'after the file');
      await store.remove(join(folder, 'x'));
      await store.remove(join(folder, 'x'));
      same(await store.list(folder), ['xy'], 'after the folder');
      same((await store.read(join(folder, 'xy', 'c'), LIMIT))?.length, 4, 'what has a longer name');
    },
  },
  {
    title: 'makes scratch folders of their own, which are empty',
    async run(store) {
      const made = await Promise.all([store.makeScratch(), store.makeScratch()]);
      check(made[0] !== made[1], 'two have one folder');
      for (const path of made) {
        same(await store.list(path), [], 'contents');
        same(await store.kind(path), 'folder', 'kind');
        await store.remove(path);
        same(await store.kind(path), undefined, 'kind after');
      }
    },
  },
  {
    title: 'a reader meets the old file or the new one, never a part',
    async run(store, folder) {
      const path = store.paths.join(folder, 'swapped');
      const content = (value: number) => new Uint8Array(50_000 + value).fill(value);
      await store.write(path, content(0));
      const writing = Promise.all(Array.from({ length: 8 }, (_, i) => store.write(path, content(i + 1))));
      let done = false;
      const ended = writing.then(() => {
        done = true;
      });
      let reads = 0;
      while (!done || reads < 3) {
        const found = await store.read(path, LIMIT);
        check(found !== undefined, 'the file was gone');
        const [first = 0] = found ?? [];
        same(found?.length, 50_000 + first, 'length');
        check(found?.every((value) => value === first) ?? false, 'a mixture');
        reads += 1;
        await new Promise((resolve) => setTimeout(resolve));
      }
      await ended;
      same(await store.list(folder), ['swapped'], 'what is left beside it');
    },
  },
  {
    title: 'locks a folder for one at a time, by whatever path it is called',
    async run(store, folder) {
      const { join } = store.paths;
      const release = await store.lock(folder);
      await refused(store.lock(folder), 'runtime', /in use/);
      await store.makeFolder(join(folder, 'other'));
      const other = await store.lock(join(folder, 'other'));
      await release();
      const again = await store.lock(folder);
      await release();
      await refused(store.lock(folder), 'runtime', /in use/);
      await again();
      await other();
      await store.removeTemporary(folder);
      await (await store.lock(folder))();
    },
  },
  {
    title: 'says who holds a lock, and where a file would be written, before it is',
    async run(store, folder) {
      const { join, basename } = store.paths;
      same(await store.lockHolder(folder), undefined, 'holder of no lock');
      const release = await store.lock(folder);
      check((await store.lockHolder(folder)) !== undefined, 'nobody holds the lock');
      await release();
      same(await store.lockHolder(folder), undefined, 'holder of a lock that was given back');
      same(await store.lockHolder(join(folder, 'none')), undefined, 'holder in a folder that is not there');
      const file = join(folder, 'file');
      same(basename(await store.findWritable(file)), 'file', 'a new file');
      same(await store.list(folder), [], 'nothing is written');
      await store.write(file, '');
      same(basename(await store.findWritable(file)), 'file', 'a file that is there');
      await store.makeFolder(join(folder, 'inner'));
      await refused(store.findWritable(join(folder, 'inner')), 'runtime', /it is a folder/);
      await refused(store.findWritable(join(folder, 'none', 'file')), 'runtime', /Cannot write .*none/);
    },
  },
  {
    title: 'takes paths apart and puts them together',
    async run({ paths }) {
      const path = paths.join('runs', 'train', 'a.b');
      same(paths.dirname(path), paths.join('runs', 'train'), 'dirname');
      same(paths.basename(path), 'a.b', 'basename');
      same(paths.basename(path, '.b'), 'a', 'basename without an ending');
      same(paths.basename(path, '.c'), 'a.b', 'another ending');
      same(paths.dirname('alone'), '.', 'dirname of a name');
      same(paths.join('a', '.', 'b', '..', 'c'), paths.join('a', 'c'), 'dots');
      same(paths.resolve(paths.join('a', 'b')), paths.resolve(paths.join('a', '..', 'a', 'b')), 'resolve');
    },
  },
];
