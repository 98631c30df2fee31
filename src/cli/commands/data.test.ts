import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Command } from 'commander';
import { encode } from 'fast-png';
import { registry } from '../../data/registry.ts';
import type { CliContext } from '../context.ts';
import { registerData } from './data.ts';

const empty = await mkdtemp(join(tmpdir(), 'couture-cli-data-'));
after(() => rm(empty, { recursive: true, force: true }));

async function couture(...args: string[]): Promise<{ out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const context: CliContext = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    color: false,
    errColor: false,
    interactive: false,
    columns: 80,
    stdin: process.stdin,
    env: { COUTURE_CACHE: empty },
    onHangUp: () => {},
    signal: new AbortController().signal,
    progress: () => ({ update: () => undefined, done: () => undefined }),
  };
  const program = new Command('couture').exitOverride();
  registerData(program, context);
  try {
    await program.parseAsync(['data', ...args], { from: 'user' });
  } catch (error) {
    Object.assign(error as Error, { out: out.join('\n') });
    throw error;
  }
  return { out: out.join('\n'), err: err.join('\n') };
}

/** A folder of two classes with a text file in one of them. */
async function makePictures(path = 'pictures'): Promise<string> {
  const folder = join(empty, path);
  for (const [label, name] of ['a', 'b'].entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: 36 }, (_, k) => 255 * label - k * i * (2 * label - 1));
      const png = encode({ width: 6, height: 6, data, channels: 1, depth: 8 });
      await writeFile(join(folder, name, `${i}.png`), png);
    }
  }
  await writeFile(join(folder, 'a', 'notes.txt'), 'x');
  return folder;
}

describe('couture data', () => {
  it('the options of an import are kept for its path, and another path that takes a name says so', async () => {
    const folder = await makePictures('kept');
    const shapeOf = async (...args: string[]): Promise<string> =>
      /(\d+x\d+ \w+)$/m.exec((await couture('info', ...args)).out)?.[1] ?? 'no shape';
    assert.match(
      (await couture('import', folder, '--size', '9', '--color')).out,
      /of 9x9 color in 2 classes/,
    );
    // The path itself, which comes before the name, is imported in the same way.
    assert.equal(await shapeOf(folder), '9x9 color');
    const { err } = await couture('show', folder, '--count', '1');
    assert.match(err, /^kept: imported with the options of couture data import: --size 9 --color$/m);
    assert.equal(await shapeOf('kept'), '9x9 color');
    // Also with one more picture.
    const data = Uint8Array.from({ length: 36 }, (_, k) => 100 + 3 * (k % 7));
    await writeFile(
      join(folder, 'a', 'more.png'),
      encode({ width: 6, height: 6, data, channels: 1, depth: 8 }),
    );
    assert.match((await couture('show', folder, '--count', '1')).err, /21 training and 4 test images of 9x9/);
    // Under a name of its own, the options belong to the name.
    await couture('import', folder, '--name', 'other', '--size', '7');
    assert.equal(await shapeOf(folder), '9x9 color');
    assert.equal(await shapeOf('other'), '7x7 gray');
    // Without options, the path is again imported as it was at first.
    assert.doesNotMatch((await couture('import', folder)).out, /until now/);
    assert.equal(await shapeOf(folder), '6x6 gray');

    const elsewhere = await makePictures(join('elsewhere', 'kept'));
    const { out } = await couture('import', elsewhere, '--size', '8');
    assert.match(out, /The name kept meant the images of another path until now/);
    assert.match((await couture('show', folder, '--count', '1')).err, /The name kept meant the images/);
    assert.doesNotMatch((await couture('show', folder, '--count', '1')).err, /The name kept/);
  });

  it("import, info, show and list work on a set of one's own, by path and by name", async () => {
    const folder = await makePictures();
    const first = await couture('import', folder, '--name', 'two letters', '--test-share', '0.25');
    assert.match(first.out, /two letters: 18 training and 6 test images of 6x6 gray in 2 classes/);
    assert.match(first.out, /a\/notes\.txt: it is not an image file/);
    assert.match(first.out, /couture train --data 'two letters'/);
    const { wasKnown, report, name } = JSON.parse((await couture('import', folder, '--json')).out);
    assert.deepEqual([wasKnown, report.passedOverCount, name], [false, 1, 'pictures']);
    const again = await couture('import', folder);
    assert.match(again.out, /no picture was read/);
    const { out } = await couture('info', 'two letters');
    assert.match(out, /18 train, 6 test, 6x6 gray[\s\S]*a +9 +3\nb +9 +3[\s\S]*skipped: 1\n/);
    const shown = JSON.parse((await couture('show', 'pictures', '--index', '3', '--json')).out);
    assert.deepEqual(shown.images, [{ index: 3, label: 1, className: 'b' }]);
    assert.equal((await couture('show', folder, '--count', '2')).out.split('\n').length, 4);
    assert.match(
      (await couture('list')).out,
      /imported[\s\S]*pictures[\s\S]*two letters +2 +18 +6 +6x6 gray/,
    );
  });

  it('import refuses what it cannot take, and with --strict what it would pass over', async () => {
    const folder = await makePictures();
    const strict = {
      kind: 'data',
      message: /^1 file would be skipped:\n {2}a\/notes\.txt: it is not an image/,
    };
    await assert.rejects(couture('import', folder, '--strict'), strict);
    const cases: [string[], RegExp][] = [
      [['--color', '--gray'], /--color or --gray, not both/],
      [['--size', '129'], /--size/],
      [['--test-share', '0.7'], /--test-share/],
      [['--name', 'a/b'], /is not a valid name/],
      [['--invert', 'maybe'], /--invert/],
    ];
    for (const [flags, message] of cases)
      await assert.rejects(couture('import', folder, ...flags), { kind: 'usage', message });
    await assert.rejects(couture('info', 'nowhere'), {
      kind: 'usage',
      message: /no file or folder with that name/,
    });
    await assert.rejects(couture('show', folder, '--index', '999'), {
      kind: 'usage',
      message: /out of range/,
    });
  });

  it('list and info know every set, and only the list says which were never tried', async () => {
    for (const verb of ['list', 'info']) {
      const { out } = await couture(verb);
      for (const { name, checked } of registry) {
        const lines = out.split('\n');
        const title = lines[lines.findIndex((text) => text.startsWith(`${name} `)) + 1];
        assert.equal(title.endsWith('*'), !checked, title);
      }
    }
    const document = JSON.parse((await couture('info', 'kmnist', '--json')).out);
    assert.deepEqual([document.couture, document.command, document.name], [1, 'data info', 'kmnist']);
    assert.equal(document.present.length, 4);
    assert.doesNotMatch((await couture('info', 'kmnist')).out, /never/);
    assert.match((await couture('info', 'emnist-letters')).out, /unpack it and give its folder with --from/);
  });

  it('check tells what is missing and fails as data', async () => {
    await assert.rejects(couture('check'), (error: Error & { kind?: string; out?: string }) => {
      assert.equal(error.kind, 'data');
      assert.match(error.out ?? '', /train-images\s+missing/);
      return true;
    });
  });

  it('refuses what it cannot take before any work', async () => {
    await assert.rejects(couture('get', 'minst'), { kind: 'usage' });
    await assert.rejects(couture('show', '--count', 'many'), { kind: 'usage', message: /--count/ });
    await assert.rejects(couture('show', '--split', 'tset'), { kind: 'usage', hint: 'Did you mean test?' });
    await assert.rejects(couture('show', '--index', 'one'), { kind: 'usage', message: /--index/ });
    await assert.rejects(couture('get', 'emnist-digits', '--from', join(empty, 'no')), { kind: 'data' });
  });
});
