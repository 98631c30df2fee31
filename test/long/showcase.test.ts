/** What `npm start` runs, in full: both experiments on the real data, a prediction, the table, the report and the paths. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { couture } from '../command.ts';

const root = new URL('../..', import.meta.url);
const cwd = await mkdtemp(join(tmpdir(), 'couture-showcase-'));
after(() => rm(cwd, { recursive: true, force: true }));

test('npm start trains both experiments, predicts an image, and says where everything is', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  assert.equal(scripts.start, 'node packages/couture/bin/couture.js showcase');
  const { code, out, err } = await couture(['showcase'], { cwd });
  assert.equal(code, 0, err);
  assert.match(out, /Test image 0 is labeled Ankle boot; deeper-seed1 predicts Ankle boot/);
  const accuracy = (recipe: string) =>
    Number(out.match(new RegExp(`^${recipe} +[\\d-]+ +([\\d.]+)%`, 'm'))?.[1]);
  assert.ok(accuracy('baseline') >= 86, out);
  assert.ok(accuracy('deeper') >= 88, out);
  const report = join('runs', 'showcase-seed1.html');
  assert.ok(out.includes(report), out);
  const page = await readFile(join(cwd, report), 'utf8');
  assert.ok(page.length < 9_500_000, `${page.length} characters`);
  assert.match(page, /<h1>The deeper network recognizes \d\.\d points more of the test images<\/h1>/);
  assert.match(
    page,
    /The accuracy of deeper-seed1 is \d\.\d percentage points higher than that of baseline-seed1/,
  );
  for (const run of ['baseline-seed1', 'deeper-seed1']) {
    assert.ok(out.includes(join('runs', 'train', run)));
    for (const file of [
      'config.json',
      'env.json',
      'results.csv',
      'metrics.json',
      'weights/best.safetensors',
    ]) {
      assert.ok(existsSync(join(cwd, 'runs', 'train', run, file)), `${run}/${file}`);
    }
  }
});
