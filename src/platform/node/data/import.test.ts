/** Real files through the whole import: folder, ZIP, tar, CSV, IDX and NPZ of the same pictures, and the cache. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import sharp from 'sharp';
import { dataError } from '../../../../test/reader-checks.ts';
import { CoutureError } from '../../../core/errors.ts';
import { type Dataset, imageAt } from '../../../data/dataset.ts';
import { importDataset } from './import.ts';
import { openDataset } from './open-dataset.ts';
import { readSplitFile } from './split-file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'couture-import-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const fresh = (): string => {
  folders += 1;
  const folder = join(scratch, `f${folders}`);
  mkdirSync(folder);
  return folder;
};
const env = { COUTURE_CACHE: fresh() };

const SIDE = 12;
/** Pixels of a class and number: noise, so that no two are alike. */
const pixelsOf = (label: number, i: number) =>
  Uint8Array.from(
    { length: SIDE * SIDE },
    (_, k) => (Math.imul(k + 7 * i + 1, 2654435761 + label) >>> 13) & 0xff,
  );
const pngOf = async (pixels: Uint8Array) =>
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
const counts = { train: 9, test: 3 };
const labels = ['x', 'y', 'z'];

/** The set in every form, in a folder. */
async function makeForms(): Promise<string> {
  const root = fresh();
  const rows: Record<'train' | 'test', string[]> = { train: [], test: [] };
  const lists = ['path,label,split'];
  for (const split of ['train', 'test'] as const)
    for (const [label, name] of labels.entries()) {
      mkdirSync(join(root, 'folder', split, name), { recursive: true });
      for (let i = 0; i < counts[split]; i++) {
        const pixels = pixelsOf(label, split === 'train' ? i : 100 + i);
        writeFileSync(join(root, 'folder', split, name, `${i}.png`), await pngOf(pixels));
        rows[split].push([name, ...pixels].join(','));
        lists.push(`folder/${split}/${name}/${i}.png,${name},${split}`);
      }
    }
  mkdirSync(join(root, 'csv'));
  for (const split of ['train', 'test'] as const)
    writeFileSync(join(root, 'csv', `${split}.csv`), `${rows[split].join('\n')}\n`);
  writeFileSync(join(root, 'list.csv'), lists.join('\r\n'));
  execFileSync('tar', ['-czf', 'set.tgz', 'folder'], { cwd: root });
  execFileSync('tar', ['-cf', 'set.tar', '-C', 'folder', '.'], { cwd: root });
  return root;
}

const root = await makeForms();
const hasZip = tryTo(() => execFileSync('zip', ['-qr', 'set.zip', 'folder'], { cwd: root }));
const hasNumPy = tryTo(() =>
  execFileSync(
    'python3',
    [
      '-c',
      `
import numpy as np
def read(name):
    rows = [line.strip().split(',') for line in open('csv/%s.csv' % name)]
    return np.array([r[1:] for r in rows], 'uint8').reshape(-1, ${SIDE}, ${SIDE}), np.array([r[0] for r in rows])
(a, b), (c, d) = read('train'), read('test')
np.savez_compressed('set.npz', x_train=a, y_train=b, x_test=c, y_test=d)`,
    ],
    { cwd: root, stdio: 'ignore' },
  ),
);

function tryTo(task: () => void): boolean {
  try {
    task();
    return true;
  } catch {
    return false;
  }
}

/** Class and pixels of every image, sorted: forms differ in the order of their images. */
function contents({ info, labels: numbers, length, images }: Dataset): string[] {
  const lines = Array.from(
    { length },
    (_, i) => `${info.classNames[numbers[i]]} ${imageAt({ info, images }, i).join()}`,
  );
  return lines.sort();
}

describe('the same pictures', () => {
  const forms = ['folder', 'csv', 'list.csv', 'set.tgz', 'set.tar'];
  if (hasZip) forms.push('set.zip');
  if (hasNumPy) forms.push('set.npz');

  it('give the same images in every form', async () => {
    const expected = (split: 'train' | 'test') =>
      labels
        .flatMap((name, label) =>
          Array.from(
            { length: counts[split] },
            (_, i) => `${name} ${pixelsOf(label, split === 'train' ? i : 100 + i).join()}`,
          ),
        )
        .sort();
    const formats: string[] = [];
    for (const form of forms) {
      const set = await importDataset(join(root, form), { env });
      for (const split of ['train', 'test'] as const)
        assert.deepEqual(contents(await set.load(split)), expected(split), `${form}, ${split}`);
      assert.deepEqual(set.info.shape, { height: SIDE, width: SIDE, channels: 1 });
      if (set.info.origin.kind === 'import') formats.push(set.info.origin.format);
    }
    assert.deepEqual(formats.slice(0, 5), ['folder', 'csv', 'csv', 'tar', 'tar']);
  });

  it('are found again without being read, until something changes', async () => {
    const path = join(fresh(), 'copy');
    cpSync(join(root, 'folder'), path, { recursive: true });
    const seen: string[] = [];
    const read = async () => await importDataset(path, { env, onProgress: ({ stage }) => seen.push(stage) });
    const first = await read();
    assert.ok(!first.wasKnown && seen.includes('read'));
    seen.length = 0;
    const second = await read();
    assert.ok(second.wasKnown && !seen.includes('read'));
    assert.deepEqual([second.info, second.report], [first.info, first.report]);
    // Same size, other content, other time.
    const file = join(path, 'train', 'x', '0.png');
    const other = readFileSync(join(path, 'train', 'x', '1.png'));
    writeFileSync(file, other);
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    const third = await read();
    assert.ok(!third.wasKnown);
    assert.notDeepEqual(third.info.origin, first.info.origin);
    assert.deepEqual(third.report.passedOver, [
      { path: 'train/x/1.png', reason: 'it is a copy of train/x/0.png' },
    ]);
  });

  it('that a list names are noticed when they change', async () => {
    const path = fresh();
    cpSync(join(root, 'folder'), join(path, 'folder'), { recursive: true });
    cpSync(join(root, 'list.csv'), join(path, 'list.csv'));
    const list = join(path, 'list.csv');
    await importDataset(list, { env });
    assert.ok((await importDataset(list, { env })).wasKnown);
    rmSync(join(path, 'folder', 'test', 'z', '2.png'));
    const { wasKnown, report } = await importDataset(list, { env });
    assert.ok(!wasKnown);
    assert.match(report.passedOver[0].reason, /no such file \(list\.csv, line 37\)/);
  });

  it('have the same digest wherever and whenever they are imported', async () => {
    const digests = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const path = join(fresh(), 'set');
      cpSync(join(root, 'folder'), path, { recursive: true });
      const { info } = await importDataset(path, { env: { COUTURE_CACHE: fresh() } });
      digests.add(JSON.stringify(info));
    }
    assert.equal(digests.size, 1);
  });
});

describe('the cache', () => {
  it('holds one file for a split, and no path of this machine', async () => {
    const cache = fresh();
    await importDataset(join(root, 'folder'), { env: { COUTURE_CACHE: cache } });
    const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    assert.deepEqual(files.map(({ name }) => name.replace(/^[0-9a-f]{64}/, 'H')).sort(), [
      'H.json',
      'H.json',
      'test.split',
      'train.split',
    ]);
    for (const { parentPath, name } of files) {
      const text = readFileSync(join(parentPath, name), 'latin1');
      assert.ok(!text.includes(scratch) && !text.includes(basename(scratch)), name);
    }
  });

  it('is held to its digests: every changed byte is noticed', async () => {
    const cache = fresh();
    const set = await importDataset(join(root, 'folder'), { env: { COUTURE_CACHE: cache } });
    const [path] = readdirSync(cache, { recursive: true })
      .map((file) => join(cache, String(file)))
      .filter((file) => file.endsWith('train.split'));
    const good = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bad = Buffer.from(good);
        bad[at] ^= change;
        writeFileSync(path, bad);
        await assert.rejects(readSplitFile(path), dataError(/is damaged/));
      }),
      { numRuns: 100 },
    );
    for (const bad of [
      good.subarray(0, 100),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, good]),
    ]) {
      writeFileSync(path, bad);
      await assert.rejects(readSplitFile(path), dataError(/is damaged/));
    }
    // A damaged header is written anew by the next import; damaged images are said.
    const header = Buffer.from(good);
    header[20] ^= 1;
    writeFileSync(path, header);
    assert.ok(!(await importDataset(join(root, 'folder'), { env: { COUTURE_CACHE: cache } })).wasKnown);
    assert.deepEqual(readFileSync(path), good);
    rmSync(path);
    await assert.rejects(set.load('train'), dataError(/no longer in the cache/));
  });

  it('that cannot be written is said', async () => {
    const file = join(fresh(), 'file');
    writeFileSync(file, '');
    const failure = { name: 'CoutureError', kind: 'runtime' };
    await assert.rejects(importDataset(join(root, 'folder'), { env: { COUTURE_CACHE: file } }), failure);
  });

  it('leaves no temporary file behind, however an import ends', async () => {
    const cache = fresh();
    const controller = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage === 'read' && controller.abort();
    const options = { env: { COUTURE_CACHE: cache }, signal: controller.signal, onProgress };
    await assert.rejects(importDataset(join(root, 'set.tgz'), options), { kind: 'interrupted' });
    const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    assert.deepEqual(files, []);
  });
});

describe('several imports at once', () => {
  it('end with the same files, and remove what killed ones have left', async () => {
    const cache = fresh();
    const work = join(cache, 'imports', 'work');
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, '2147483646.x.tmp'), 'left');
    const env = { COUTURE_CACHE: cache };
    const sets = await Promise.all(
      Array.from({ length: 5 }, () => importDataset(join(root, 'folder'), { env })),
    );
    for (const set of sets) assert.deepEqual(set.info, sets[0].info);
    assert.equal((await sets[4].load('train')).length, 27);
    assert.deepEqual(readdirSync(work), []);
  });
});

describe('pictures of every kind', () => {
  it('are prepared as they are predicted: turned by EXIF, on a ground, fitted whole', async () => {
    const path = fresh();
    for (const name of ['a', 'b']) mkdirSync(join(path, name));
    const tall = sharp({
      create: { width: 20, height: 40, channels: 3, background: { r: 200, g: 30, b: 30 } },
    });
    for (let i = 0; i < 6; i++) {
      const turned = tall.clone().withExif({ IFD0: { Orientation: '6', Software: String(i) } });
      writeFileSync(join(path, 'a', `${i}.jpg`), await turned.jpeg({ quality: 90 + i }).toBuffer());
      const clear = sharp({
        create: { width: 40, height: 40 - i, channels: 4, background: { r: 0, g: 0, b: 255, alpha: 0.5 } },
      });
      writeFileSync(join(path, 'b', `${i}.webp`), await clear.webp({ lossless: true }).toBuffer());
    }
    writeFileSync(join(path, 'b', 'x.png'), 'GIF89a no PNG at all');
    writeFileSync(join(path, 'b', 'cut.jpg'), (await tall.clone().jpeg().toBuffer()).subarray(0, 200));
    writeFileSync(join(path, 'b', 'old.bmp'), 'BM');
    const { info, report, load } = await importDataset(path, { env });
    assert.deepEqual(info.shape, { height: 32, width: 32, channels: 3 });
    assert.deepEqual(
      report.passedOver.map((file) => file.path),
      ['b/cut.jpg', 'b/old.bmp', 'b/x.png'],
    );
    assert.match(report.passedOver[2].reason, /^it is a GIF image/);
    const train = await load('train');
    // A tall red picture that lies on its side: its middle row is red from end to end.
    const red = imageAt(train, 0).subarray(16 * 32 * 3, 17 * 32 * 3);
    for (let x = 0; x < 32; x++) assert.ok(red[x * 3] > 180 && red[x * 3 + 1] < 60, `x = ${x}`);
  });

  it('are read through links, and loops end', async () => {
    const path = fresh();
    for (const name of ['a', 'b']) {
      mkdirSync(join(path, name));
      for (let i = 0; i < 4; i++)
        writeFileSync(join(path, name, `${i}.png`), await pngOf(pixelsOf(i, name.length + i)));
    }
    writeFileSync(join(path, 'b', '9.png'), await pngOf(pixelsOf(9, 9)));
    symlinkSync(path, join(path, 'a', 'loop'));
    symlinkSync(join(path, 'gone'), join(path, 'a', 'gone.png'));
    symlinkSync(join(path, 'b', '9.png'), join(path, 'a', 'link.png'));
    const { report } = await importDataset(path, { env });
    assert.equal(
      report.classes.reduce((sum, { train, test }) => sum + train + test, 0),
      10,
    );
    assert.match(report.notices.join(), /also in another class/);
  });
});

describe('names', () => {
  it('stand for a set until another takes them', async () => {
    const cache = { COUTURE_CACHE: fresh() };
    const { info } = await importDataset(join(root, 'folder'), { env: cache, name: 'three letters' });
    const opened = await openDataset('three letters', { env: cache });
    assert.deepEqual(opened.info, info);
    assert.equal((await opened.load('test')).info.name, 'three letters');
    await importDataset(join(root, 'set.tar'), { env: cache });
    assert.equal((await openDataset('set', { env: cache })).info.name, 'set');
    await assert.rejects(openDataset('sett', { env: cache }), { kind: 'usage', hint: 'Did you mean set?' });
  });

  it('are refused where they are those of known sets or of paths', async () => {
    for (const name of ['mnist', 'a/b', '', 'a\u001bb'])
      await assert.rejects(importDataset(join(root, 'folder'), { env, name }), { kind: 'usage' });
  });
});

describe('paths that are no set', () => {
  it('are named with what they are', async () => {
    const path = fresh();
    const write = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(path, name), content);
      return join(path, name);
    };
    const cases: [string, RegExp][] = [
      [join(path, 'gone'), /there is no such file or folder/],
      [write('page.zip', '<!doctype html><html>'), /is a web page/],
      [write('one.png', await pngOf(pixelsOf(1, 1))), /is a PNG image/],
      [fresh(), /found no files/],
      ['/dev/null', /not a file or a folder/],
    ];
    for (const [place, pattern] of cases)
      await assert.rejects(importDataset(place, { env }), dataError(pattern));
    const bad = write('list.csv', 'path,label\n../../etc/passwd,x\n');
    await assert.rejects(
      importDataset(bad, { env }),
      dataError(/list\.csv, line 2, column 1: .* leads outside its folder/),
    );
    appendFileSync(bad, '');
    await assert.rejects(importDataset(join(root, 'folder'), { env, size: 500 }), (error) => {
      assert.ok(error instanceof CoutureError && error.kind === 'usage');
      return true;
    });
  });
});
