/** Augmentation to look at: before a training, and of a run that was trained with it. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { imageLines } from '../../src/data/terminal-image.ts';
import { barImage, barLabel, writeBars } from '../bars-data.ts';
import { couture, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-augment-'));
const data = join(cwd, 'data');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
before(async () => {
  await writeBars(data);
  await fillCache(data, env);
});
after(() => rm(cwd, { recursive: true, force: true }));

const settings = ['--data', 'mnist', '--hidden', 'none', '--epochs', '1', '--seed', '3'];
const changed = ['--shift', '3', '--erase', '0.5'];
const run = (...args: string[]) => couture([...args], { cwd, env });

const view = {
  columns: z.array(z.object({ group: z.string(), name: z.string(), detail: z.string(), words: z.string() })),
  images: z.array(z.object({ index: z.number(), label: z.string() })),
};

test('the same images before training as of the run, on the terminal and as a figure', async (t) => {
  const planned = parseDocument(
    await run('data', 'augment', ...settings, ...changed, '--out', 'planned.svg', '--json'),
    { ...view, figure: z.string() },
  );

  await t.test('a column for each change and each epoch, images of different classes', () => {
    assert.deepEqual(
      planned.columns.map(({ name, detail }) => `${name} ${detail}`.trim()),
      ['as is', 'shift 3 px', 'erase 50%', 'epoch 1'],
    );
    assert.equal(new Set(planned.images.map(({ label }) => label)).size, 5);
    for (const { index, label } of planned.images) assert.equal(label, String(barLabel(index)));
  });

  await t.test('the terminal shows the image as it is beside what becomes of it', async () => {
    const { out } = await run('data', 'augment', ...settings, ...changed, '--count', '2');
    const [first, second] = planned.images;
    assert.match(out, /^shift +3 px +moved by up to 3 pixels in each direction$/m);
    for (const { index, label } of [first, second])
      assert.ok(out.includes(`image ${index}, ${label}: the original`));
    const pictures = out.split('\n');
    const top = pictures.findIndex((line) => line.startsWith('as is'));
    const original = imageLines(barImage(first.index), { height: 28, width: 28, channels: 1 }, 'ascii');
    assert.deepEqual(
      pictures.slice(top + 1, top + 15).map((line) => line.slice(0, 28)),
      original.map((line) => line.slice(0, 28)),
    );
    assert.notDeepEqual(
      pictures.slice(top + 1, top + 15).map((line) => line.slice(30, 58)),
      original,
    );
  });

  await t.test('inspect and figures of the run show the same', async () => {
    const trained = await run('train', ...settings, ...changed, '--name', 'changed', '--json');
    assert.equal(trained.code, 0, trained.err);
    const inspected = parseDocument(await run('inspect', 'changed', '--json'), {
      augmentation: z.object(view),
    });
    assert.deepEqual(inspected.augmentation, { columns: planned.columns, images: planned.images });
    assert.match((await run('inspect', 'changed')).out, /Augmentation\nchange +strength\nshift +3 px/);
    const drawn = await run('figures', 'changed', '--out', 'figures', '--only', 'augmentation');
    assert.equal(drawn.code, 0, drawn.err);
    const pictures = async (path: string): Promise<string[]> =>
      (await readFile(join(cwd, path), 'utf8')).match(/data:image\/png;base64,[^"]+/g) ?? [];
    const figure = await pictures('figures/augmentation.svg');
    assert.equal(figure.length, 20);
    assert.deepEqual(figure, await pictures(planned.figure));
  });
});

test('of a run whose images come as they are there is nothing to show', async () => {
  const trained = await run('train', ...settings, '--name', 'plain', '--json');
  assert.equal(trained.code, 0, trained.err);
  const drawn = await run('figures', 'plain', '--out', 'figures-plain', '--only', 'augmentation');
  assert.match(drawn.err, /There is nothing to draw for augmentation\./);
});
