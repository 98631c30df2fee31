import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CoutureError } from '../../../core/errors.ts';
import {
  type DatasetEntry,
  findDataset,
  type Role,
  registry,
  roles,
  rolesOf,
} from '../../../data/registry.ts';
import { acquireFiles } from './acquire.ts';
import type { CommandResult, RunCommand } from './debian.ts';
import type { FetchLike } from './source.ts';
import {
  cacheDirectory,
  type DataEvent,
  type DataOptions,
  ensureData,
  getDataset,
  inspectData,
} from './store.ts';

const scratch = await mkdtemp(join(tmpdir(), 'couture-data-'));
after(() => rm(scratch, { recursive: true, force: true }));
let folders = 0;
const fresh = async () => {
  folders += 1;
  const folder = join(scratch, String(folders));
  await mkdir(folder);
  return folder;
};

function idx(dims: number[], seed: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(4 + 4 * dims.length);
  header.set([0, 0, 8, dims.length]);
  for (const [i, dim] of dims.entries()) header.writeUInt32BE(dim, 4 + 4 * i);
  const values = dims.reduce((a, b) => a * b, 1);
  const body = Uint8Array.from({ length: values }, (_, i) => (i * 7 + seed) % (dims.length === 1 ? 3 : 256));
  return new Uint8Array(Buffer.concat([header, body]));
}

const hex = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');

/** A set of 6 + 4 images of 4x5, with its files. */
function tinySet(name: string, seed: number, sums: 'sha256' | 'md5' | 'none') {
  const contents: Record<Role, Uint8Array<ArrayBuffer>> = {
    'train-images': idx([6, 4, 5], seed),
    'train-labels': idx([6], seed),
    'test-images': idx([4, 4, 5], seed + 1),
    'test-labels': idx([4], seed + 1),
  };
  const file = (role: Role): DatasetEntry['files'][Role] => ({
    names: [`${role}.idx`],
    bytes: contents[role].length,
    sha256: sums === 'sha256' ? hex('sha256', contents[role]) : null,
    gzipMd5: sums === 'md5' ? hex('md5', gzipSync(contents[role])) : null,
  });
  const entry: DatasetEntry = {
    name,
    title: name,
    homepage: 'https://example.org/home',
    classNames: ['a', 'b', 'c'],
    height: 4,
    width: 5,
    counts: { train: 6, test: 4 },
    files: {
      'train-images': file('train-images'),
      'train-labels': file('train-labels'),
      'test-images': file('test-images'),
      'test-labels': file('test-labels'),
    },
    mirrors: ['https://one.example/d/', 'https://two.example/d/'],
    folders: [],
    debian: { package: 'dataset-tiny', folder: 'usr/share/tiny' },
    labelOffset: 0,
    transposed: false,
    checked: sums === 'sha256',
    note: '',
  };
  return { entry, contents };
}

const noPrograms: RunCommand = async () => ({ code: null, stdout: '', stderr: '' });
const noNetwork: FetchLike = async () => {
  throw Object.assign(new TypeError('fetch failed'), {
    cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }),
  });
};

/** Options that reach nothing of this machine. */
async function isolated(entries: DatasetEntry[], more: Partial<DataOptions> = {}) {
  const cache = await fresh();
  const cwd = await fresh();
  const events: DataEvent[] = [];
  const options: DataOptions = {
    env: { COUTURE_CACHE: cache },
    cwd,
    registry: entries,
    fetch: noNetwork,
    run: noPrograms,
    isRoot: false,
    onProgress: (event) => events.push(event),
    ...more,
  };
  return { cache, cwd, events, options };
}

async function place(
  folder: string,
  { entry, contents }: ReturnType<typeof tinySet>,
  packed: (role: Role) => boolean,
) {
  for (const role of roles) {
    const name = entry.files[role].names[0];
    if (packed(role)) await writeFile(join(folder, `${name}.gz`), gzipSync(contents[role]));
    else await writeFile(join(folder, name), contents[role]);
  }
}

async function everyFile(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((item) => item.isFile()).map(({ name }) => name);
}

const failure = async (promise: Promise<unknown>): Promise<CoutureError> => {
  const error = await promise.then(
    () => assert.fail('nothing was thrown'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CoutureError, String(error));
  return error;
};

describe('--from', () => {
  it('takes plain and packed files, keeps them, and reads them from the cache afterwards', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options, cache, events } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, (role) => role.startsWith('train'));
    const infos = await ensureData(set.entry, { ...options, from });
    assert.deepEqual(infos.map(({ role }) => role).sort(), [...roles].sort());
    const dataset = await getDataset('tiny', 'train', { ...options, from });
    assert.deepEqual(dataset.images, set.contents['train-images'].subarray(16));
    assert.deepEqual(dataset.labels, Uint16Array.from(set.contents['train-labels'].subarray(8)));
    assert.equal((await everyFile(cache)).length, 4);
    events.length = 0;
    const again = await getDataset('tiny', 'test', options);
    assert.deepEqual(again.images, set.contents['test-images'].subarray(16));
    assert.deepEqual(
      events.map(({ stage }) => stage),
      ['cache', 'cache'],
    );
  });

  it('refuses a corrupted file, leaves nothing in the cache and looks nowhere else', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options, cache, cwd } = await isolated([set.entry]);
    await mkdir(join(cwd, 'data', 'tiny'), { recursive: true });
    await place(join(cwd, 'data', 'tiny'), set, () => false);
    for (const packed of [true, false]) {
      const from = await fresh();
      await place(from, set, () => packed);
      const bad = set.contents['train-images'].slice();
      bad[40] ^= 1;
      await writeFile(join(from, `train-images.idx${packed ? '.gz' : ''}`), packed ? gzipSync(bad) : bad);
      const error = await failure(getDataset('tiny', 'train', { ...options, from }));
      assert.equal(error.kind, 'data');
      assert.match(error.message, /train-images\.idx.*SHA-256/);
      assert.deepEqual(await everyFile(cache), []);
    }
  });

  it('refuses folders that are not there, missing files and files of another size', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options } = await isolated([set.entry]);
    const from = await fresh();
    assert.match(
      (await failure(getDataset('tiny', 'train', { ...options, from: join(from, 'x') }))).message,
      /no such/,
    );
    assert.match(
      (await failure(getDataset('tiny', 'train', { ...options, from }))).message,
      /no train-images\.idx/,
    );
    await writeFile(join(from, 'train-images.idx'), new Uint8Array(5));
    assert.match(
      (await failure(getDataset('tiny', 'train', { ...options, from }))).message,
      /5 bytes unpacked, but 136/,
    );
    await writeFile(join(from, 'train-images.idx'), new Uint8Array(3 << 20));
    assert.match((await failure(getDataset('tiny', 'train', { ...options, from }))).message, /at most 136/);
    await rm(join(from, 'train-images.idx'));
    await writeFile(join(from, 'train-images.idx.gz'), gzipSync(new Uint8Array(1 << 24)));
    assert.match(
      (await failure(getDataset('tiny', 'train', { ...options, from }))).message,
      /more than the expected 136/,
    );
  });

  it("never takes one set's files for another's", async () => {
    const digits = tinySet('digits', 1, 'md5');
    const fashion = tinySet('fashion', 5, 'sha256');
    const { options, cache } = await isolated([digits.entry, fashion.entry]);
    const cases = [
      {
        asked: 'fashion',
        given: digits,
        pattern: /this is the train-images file of digits, but the train-images of fashion/,
      },
      {
        asked: 'digits',
        given: fashion,
        pattern: /this is the train-images file of fashion, but the train-images of digits/,
      },
    ];
    for (const { asked, given, pattern } of cases) {
      const from = await fresh();
      await place(from, given, () => true);
      assert.match((await failure(getDataset(asked, 'train', { ...options, from }))).message, pattern);
    }
    assert.deepEqual(await everyFile(cache), []);
  });
});

describe('sets without known sums', () => {
  it('checks shapes and labels, and remembers which file was which', async () => {
    const set = tinySet('tiny', 1, 'none');
    const { options, cache } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, () => false);
    const infos = await ensureData('tiny', { ...options, from });
    assert.ok(infos.every(({ proof }) => proof === 'shape'));
    const dataset = await getDataset('tiny', 'test', options);
    const files = [...(await acquireFiles(set.entry, rolesOf('test'), options)).values()];
    assert.deepEqual(dataset.images, set.contents['test-images'].subarray(16));
    assert.ok(files.every(({ source }) => source === 'cache'));
    assert.ok((await everyFile(cache)).includes('tiny.json'));

    const labels = set.contents['train-labels'].slice();
    labels[10] = 77;
    await writeFile(join(from, 'train-labels.idx'), labels);
    assert.match((await failure(ensureData('tiny', { ...options, from }))).message, /label 77 of image 2/);
  });
});

describe('the cache', () => {
  it('notices a damaged file and gets it anew', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options, cache, events, cwd } = await isolated([set.entry]);
    await mkdir(join(cwd, 'data', 'tiny'), { recursive: true });
    await place(join(cwd, 'data', 'tiny'), set, () => true);
    await ensureData('tiny', options);
    const path = join(cache, 'sha256', set.entry.files['train-images'].sha256!);
    const bytes = await readFile(path);
    bytes[20] ^= 255;
    await writeFile(path, bytes);
    const states = await inspectData('tiny', options);
    assert.deepEqual(
      states.map(({ state }) => state),
      ['damaged', 'ok', 'ok', 'ok'],
    );
    await ensureData('tiny', options);
    assert.ok(events.some(({ stage, file }) => stage === 'note' && /damaged/.test(file)));
    assert.ok((await inspectData('tiny', options)).every(({ state }) => state === 'ok'));
  });

  it('is written by many at once without a trace of it', async () => {
    const set = tinySet('tiny', 1, 'none');
    const { options, cache } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, () => true);
    const all = await Promise.all(
      Array.from({ length: 12 }, () => getDataset('tiny', 'train', { ...options, from })),
    );
    for (const { images } of all) assert.deepEqual(images, all[0].images);
    assert.equal((await everyFile(cache)).length, 3);
  });

  it('that cannot be written stops no reading, only keeping', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options, events } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, () => true);
    await writeFile(join(from, 'file'), '');
    const unwritable = { ...options, from, env: { COUTURE_CACHE: join(from, 'file', 'cache') } };
    assert.equal((await getDataset('tiny', 'train', unwritable)).length, 6);
    assert.ok(events.some(({ stage, file }) => stage === 'note' && /without the cache/.test(file)));
    assert.match((await failure(ensureData('tiny', unwritable))).hint ?? '', /COUTURE_CACHE/);
  });

  it('lies where the environment says', () => {
    assert.equal(cacheDirectory({ COUTURE_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a');
    assert.equal(cacheDirectory({ XDG_CACHE_HOME: '/b' }), join('/b', 'couture'));
    assert.match(cacheDirectory({ XDG_CACHE_HOME: 'relative' }), /couture$/);
  });
});

/** A server of those files that can break off; remembers what it was asked. */
function server(files: Record<string, Uint8Array>, behavior: { breakAfter?: number; ranges?: boolean } = {}) {
  const asked: { method: string; url: string; range: string | undefined }[] = [];
  const fetch: FetchLike = async (url, { method, headers }) => {
    const { range } = headers;
    asked.push({ method, url, range });
    const body = files[url];
    if (!body) return new Response(null, { status: 404 });
    if (method === 'HEAD') return new Response(null, { status: 200 });
    const from = behavior.ranges !== false && range ? Number(/\d+/.exec(range)![0]) : 0;
    const rest = body.slice(from);
    const breakAfter = behavior.breakAfter;
    let sent = false;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          // An error overtakes what is still queued, so it waits until the bytes have been read.
          if (!sent) controller.enqueue(rest.slice(0, breakAfter));
          else if (breakAfter === undefined || breakAfter >= rest.length) controller.close();
          else controller.error(new Error('the line went dead'));
          sent = true;
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(stream, {
      status: from > 0 ? 206 : 200,
      headers: {
        'content-length': String(rest.length),
        ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
      },
    });
  };
  return { fetch, asked, behavior };
}

function hosted({ entry, contents }: ReturnType<typeof tinySet>, host: string): Record<string, Uint8Array> {
  return Object.fromEntries(
    roles.map((role) => [`https://${host}/d/${entry.files[role].names[0]}.gz`, gzipSync(contents[role])]),
  );
}

describe('mirrors', () => {
  it('are asked in order, with progress, and one that lacks a file is passed over', async () => {
    const set = tinySet('tiny', 1, 'md5');
    const files = { ...hosted(set, 'one.example'), ...hosted(set, 'two.example') };
    delete files['https://one.example/d/train-labels.idx.gz'];
    const { fetch, asked } = server(files);
    const { options, events, cache } = await isolated([set.entry], { fetch });
    const infos = await ensureData('tiny', options);
    assert.ok(infos.every(({ proof }) => proof === 'gzip-md5'));
    assert.deepEqual(
      asked.filter(({ method, url }) => method === 'GET' && url.includes('two')).map(({ url }) => url),
      ['https://two.example/d/train-labels.idx.gz'],
    );
    const last = events.filter(({ stage }) => stage === 'download').at(-1)!;
    assert.equal(last.done, last.total);
    assert.ok((await everyFile(cache)).every((name) => !name.endsWith('.part')));
  });

  it('resume what broke off', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    set.entry = { ...set.entry, mirrors: ['https://one.example/d/'] };
    const { fetch, asked, behavior } = server(hosted(set, 'one.example'), { breakAfter: 10 });
    const { options, cache } = await isolated([set.entry], { fetch });
    assert.match((await failure(getDataset('tiny', 'train', options))).message, /the line went dead/);
    assert.equal((await everyFile(cache)).filter((name) => name.endsWith('.part')).length, 2);
    delete behavior.breakAfter;
    asked.length = 0;
    assert.equal((await getDataset('tiny', 'train', options)).length, 6);
    assert.ok(asked.filter(({ method }) => method === 'GET').every(({ range }) => range === 'bytes=10-'));
    assert.ok((await everyFile(cache)).every((name) => !name.endsWith('.part')));
  });

  it('start again when the part was bad or ranges are not served', async () => {
    for (const ranges of [true, false]) {
      const set = tinySet('tiny', 1, 'sha256');
      set.entry = { ...set.entry, mirrors: ['https://one.example/d/'] };
      const { fetch, behavior } = server(hosted(set, 'one.example'), { breakAfter: 10, ranges });
      const { options, cache } = await isolated([set.entry], { fetch });
      await failure(getDataset('tiny', 'train', options));
      for (const name of await readdir(join(cache, 'part')))
        await writeFile(join(cache, 'part', name), 'rubbish');
      delete behavior.breakAfter;
      assert.equal((await getDataset('tiny', 'train', options)).length, 6);
    }
  });

  it('are refused with wrong files, endless files and redirects away from HTTPS', async () => {
    const set = tinySet('tiny', 1, 'md5');
    const wrong = Object.keys(hosted(set, 'one.example')).map((url) => [url, gzipSync(new Uint8Array(136))]);
    const { fetch: one } = server(Object.fromEntries(wrong));
    const fetch: FetchLike = (url, init) =>
      url.includes('two')
        ? Promise.resolve(new Response(null, { status: 302, headers: { location: 'http://two.example/' } }))
        : one(url, init);
    const { options, cache } = await isolated([set.entry], { fetch });
    const { message } = await failure(getDataset('tiny', 'train', options));
    assert.match(message, /one\.example.*MD5/);
    assert.match(message, /two\.example\S*: sent to http:\/\/two\.example, which is not HTTPS/);
    assert.deepEqual(await everyFile(cache), []);

    const endless: FetchLike = async () => {
      const stream = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1 << 18)),
      });
      return new Response(stream, { status: 200 });
    };
    assert.match(
      (await failure(getDataset('tiny', 'train', { ...options, fetch: endless }))).message,
      /more than/,
    );
  });

  it('that are silent are given up, all of them in the time of one', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const silent: FetchLike = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { options } = await isolated([set.entry], { fetch: silent, timeouts: { probe: 100 } });
    const began = performance.now();
    const { message } = await failure(getDataset('tiny', 'train', options));
    assert.ok(performance.now() - began < 1000);
    assert.equal(message.match(/no answer within 0\.1 s/g)?.length, 2);

    const stalls: FetchLike = async (_, { method, signal }) => {
      const stream = new ReadableStream({
        start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
      });
      return new Response(method === 'HEAD' ? null : stream, { status: 200 });
    };
    const stalling = { ...options, fetch: stalls, timeouts: { stall: 50 } };
    assert.match((await failure(getDataset('tiny', 'train', stalling))).message, /no data for 0\.05 s/);
  });

  it('stop when told to', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const controller = new AbortController();
    const { fetch } = server(hosted(set, 'one.example'));
    const { options } = await isolated([set.entry], {
      fetch,
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'download' && controller.abort(),
    });
    assert.equal((await failure(getDataset('tiny', 'train', options))).kind, 'interrupted');
  });
});

describe('the Debian package', () => {
  const set = tinySet('tiny', 1, 'sha256');
  /** An apt whose lists are missing until they are updated, and a dpkg-deb that unpacks the tiny set. */
  function debian(updated: boolean) {
    const calls: string[] = [];
    let ready = updated;
    const ok: CommandResult = { code: 0, stdout: '', stderr: '' };
    const run: RunCommand = async (program, args, { cwd }) => {
      calls.push([program, ...args].join(' '));
      if (program === 'dpkg-deb') {
        const folder = join(cwd, 'unpacked', 'usr', 'share', 'tiny');
        await mkdir(folder, { recursive: true });
        await place(folder, set, () => true);
        return ok;
      }
      if (args[0] === 'update') {
        ready = true;
        return ok;
      }
      if (!ready) return { code: 100, stdout: '', stderr: 'E: Unable to locate package dataset-tiny\n' };
      await writeFile(join(cwd, 'dataset-tiny_1_all.deb'), '');
      return ok;
    };
    return { run, calls };
  }

  it('brings all four files', async () => {
    const { run, calls } = debian(true);
    const { options } = await isolated([set.entry], { run });
    assert.equal((await getDataset('tiny', 'train', options)).length, 6);
    assert.ok((await inspectData('tiny', options)).every(({ state }) => state === 'ok'));
    assert.deepEqual(calls, ['apt-get download dataset-tiny', 'dpkg-deb -x dataset-tiny_1_all.deb unpacked']);
  });

  it('updates the lists as root for whoever asked for the data, and else says what to run', async () => {
    const root = debian(false);
    const { options } = await isolated([set.entry], { run: root.run, isRoot: true });
    const { message: unasked } = await failure(getDataset('tiny', 'train', options));
    assert.match(unasked, /Unable to locate package dataset-tiny.*run "couture data get tiny"/);
    assert.ok(!root.calls.includes('apt-get update'), 'training changes nothing of the system');
    assert.equal((await getDataset('tiny', 'train', { ...options, refresh: true })).length, 6);
    assert.ok(root.calls.includes('apt-get update'));
    const user = debian(false);
    const { message } = await failure(
      getDataset('tiny', 'train', (await isolated([set.entry], { run: user.run, refresh: true })).options),
    );
    assert.match(message, /Unable to locate package dataset-tiny.*sudo apt-get update.*root/);
    assert.ok(!user.calls.includes('apt-get update'));
  });
});

describe('what a failure or a kill leaves in the cache', () => {
  const filesOf = async (cache: string) =>
    (await readdir(cache, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);

  it('is nothing where one of the files of an unknown set is wrong', async () => {
    const set = tinySet('tiny', 1, 'none');
    const { options, cache } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, () => false);
    await writeFile(join(from, set.entry.files['test-labels'].names[0]), 'no labels');
    assert.equal((await failure(ensureData('tiny', { ...options, from }))).kind, 'data');
    assert.deepEqual(await filesOf(cache), []);
    await place(from, set, () => false);
    await ensureData('tiny', { ...options, from });
    assert.equal((await filesOf(cache)).length, 5, 'four files and their index');
  });

  it('is removed at the next start, unless its writer lives', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    const { options, cache } = await isolated([set.entry]);
    const from = await fresh();
    await place(from, set, () => false);
    await mkdir(join(cache, 'sha256'));
    const [dead, alive] = [`.abc.${2 ** 22 + 1}-1.tmp`, `.abc.${process.pid}-1.tmp`];
    for (const name of [dead, alive]) await writeFile(join(cache, 'sha256', name), 'half');
    await ensureData('tiny', { ...options, from });
    const left = await filesOf(cache);
    assert.ok(left.includes(alive) && !left.includes(dead), left.join());
  });
});

describe('when nothing answers', () => {
  it('one message lists everything that was tried and how to place the files by hand', async () => {
    const set = tinySet('tiny', 1, 'sha256');
    set.entry = { ...set.entry, folders: [join(scratch, 'nowhere')] };
    const { options, cache, cwd } = await isolated([set.entry]);
    const { kind, message, hint = '' } = await failure(ensureData('tiny', options));
    assert.equal(kind, 'data');
    const lines = message.split('\n').slice(1);
    const inOrder = [
      cache,
      'nowhere',
      join(cwd, 'data', 'tiny'),
      'one.example',
      'two.example',
      'apt-get download',
    ];
    assert.equal(lines.length, inOrder.length, message);
    for (const [i, part] of inOrder.entries()) assert.ok(lines[i].includes(part), lines[i]);
    assert.match(message, /cannot be resolved/);
    for (const role of roles) assert.ok(hint.includes(set.entry.files[role].names[0]));
    assert.match(hint, /--from DIR/);
  });

  it('an unknown name is answered with the nearest', async () => {
    const { kind, hint = '' } = await failure(getDataset('fashoin-mnist', 'train'));
    assert.equal(kind, 'usage');
    assert.match(hint, /Did you mean fashion-mnist/);
  });
});

const isDebian = await access('/etc/debian_version').then(
  () => true,
  () => false,
);

describe('Fashion-MNIST itself', { skip: !isDebian && 'not a Debian-like system' }, () => {
  it('arrives, is what it should be, and is read fast from the cache', async () => {
    const entry = findDataset('fashion-mnist')!;
    assert.ok(registry.includes(entry));
    await ensureData('fashion-mnist');
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const began = performance.now();
      const train = await getDataset('fashion-mnist', 'train');
      const test = await getDataset('fashion-mnist', 'test');
      best = Math.min(best, performance.now() - began);
      assert.deepEqual([train.length, test.length], [60_000, 10_000]);
      assert.deepEqual(train.info.shape, { height: 28, width: 28, channels: 1 });
      assert.deepEqual(
        [...train.labels.subarray(0, 5), ...test.labels.subarray(0, 5)],
        [9, 0, 0, 3, 0, 9, 2, 1, 1, 6],
      );
    }
    assert.ok(best < 600, `reading all 70,000 images took ${best} ms`);
  });
});
