/** The commands that train and use a run, on images made here. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import * as z from 'zod';
import { formatSealed } from '../../src/runs/json.ts';
import { barImage, barLabel, TEST_IMAGES, writeBars } from '../bars-data.ts';
import { couture, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-train-'));
const data = join(cwd, 'data');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
after(() => rm(cwd, { recursive: true, force: true }));

before(async () => {
  await writeBars(data);
  await fillCache(data, env);
});

const sha = z.string().regex(/^[0-9a-f]{64}$/);
const result = {
  run: z.string(),
  testAccuracy: z.number(),
  weightsSha256: sha,
  lastSha256: sha,
  seconds: z.number().positive(),
};
const settings = ['--data', 'mnist', '--hidden', '64,32', '--dropout', '0.2', '--epochs', '3', '--seed', '5'];
const train = (...more: string[]): string[] => ['train', ...settings, '--json', ...more];

test('train, evaluate, predict, resume and reproduce agree with each other', async (t) => {
  const whole = await couture(train(), { cwd, env });
  const figures = parseDocument(whole, result);

  await t.test('train says where the run is and prints a line an epoch', async () => {
    assert.equal(figures.run, join('runs', 'train', 'custom-seed5'));
    assert.ok(figures.testAccuracy > 0.8, String(figures.testAccuracy));
    assert.equal(whole.err.match(/^epoch \d\/3/gm)?.length, 3);
    const names = await readdir(join(cwd, figures.run));
    assert.deepEqual(names.sort(), [
      'checkpoint',
      'config.json',
      'env.json',
      'metrics.json',
      'results.csv',
      'unlike.json',
      'weights',
    ]);
  });

  await t.test('evaluate finds the same figures again', async () => {
    const outcome = await couture(['evaluate', 'custom-seed5', '--json'], { cwd, env });
    const { accuracy, confusion } = parseDocument(outcome, {
      accuracy: z.number(),
      confusion: z.array(z.array(z.number())),
    });
    assert.equal(accuracy, figures.testAccuracy);
    assert.equal(
      confusion.flat().reduce((a, b) => a + b),
      TEST_IMAGES,
    );
    const val = await couture(['evaluate', 'custom-seed5', '--split', 'val'], { cwd, env });
    assert.match(val.out, /val split, 12000 images[\s\S]*accuracy +\d+\.\d\d%/);
  });

  await t.test(
    'predict gives the same answer to a file, to standard input and to the test image',
    async () => {
      const png = await sharp(barImage(3), { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toBuffer();
      await writeFile(join(cwd, 'three.png'), png);
      const shape = {
        predictions: z
          .array(
            z.object({
              source: z.string(),
              label: z.string(),
              probabilities: z.array(z.number()).length(10),
            }),
          )
          .min(1),
      };
      const ask = async (...args: string[]) =>
        parseDocument(
          await couture(['predict', 'custom-seed5', ...args, '--json'], { cwd, env, input: png }),
          shape,
        ).predictions;
      const [file, input] = await ask('three.png', '-').then((both) =>
        [...both].sort((a, b) => b.source.localeCompare(a.source)),
      );
      const [indexed] = await ask('--test-index', '3');
      assert.equal(file.label, String(barLabel(3)));
      assert.deepEqual(file.probabilities, input.probabilities);
      assert.deepEqual(file.probabilities, indexed.probabilities);
      const text = await couture(['predict', 'custom-seed5', 'three.png'], { cwd, env });
      assert.match(text.out, /three\.png: 1 \(\d+\.\d%\)\n {2}1 +\d+\.\d\d% {2}█/);
      const past = await couture(['predict', 'custom-seed5', '--test-index', '10000'], {
        cwd,
        env,
      });
      assert.equal(past.code, 2);
      const none = await couture(['predict', 'custom-seed5', 'none.png'], { cwd, env });
      assert.deepEqual([none.code, none.out], [3, '']);
      await mkdir(join(cwd, 'mixed'));
      await writeFile(join(cwd, 'mixed/a.png'), 'no picture');
      await writeFile(join(cwd, 'mixed/b.png'), png);
      await writeFile(join(cwd, 'mixed/c.png'), png.subarray(0, png.length / 2));
      const mixed = await couture(['predict', 'custom-seed5', 'mixed'], { cwd, env });
      assert.equal(mixed.code, 3);
      assert.match(mixed.out, /b\.png: 1 \(/, 'those that can be read are answered');
      assert.match(mixed.err, /a\.png: it is text, not PNG.*\n.*c\.png: it is damaged or truncated/);
      assert.match(mixed.err, /2 of 3 images could not be read/);
    },
  );

  await t.test(
    'predict refuses what is less clear than a share of the validation images, and writes CSV',
    async () => {
      const asked = ['predict', 'custom-seed5', '--test-index', '3', '--reject', '0.05'];
      const found = parseDocument(await couture([...asked, '--json'], { cwd, env }), {
        rejection: z.object({ threshold: z.number(), refused: z.number(), images: z.number() }),
        predictions: z.tuple([z.object({ unknown: z.boolean(), probabilities: z.array(z.number()) })]),
      });
      const { threshold, refused, images } = found.rejection;
      assert.ok(threshold > 0.1 && threshold < 1 && refused > 500 && refused <= 600 && images === 12_000);
      const [{ unknown, probabilities }] = found.predictions;
      assert.equal(unknown, Math.max(...probabilities) < threshold);
      const table = await couture([...asked, '--csv'], { cwd, env });
      const [header, row, ...rest] = table.out.split('\r\n');
      assert.deepEqual(rest, [''], 'records end with CRLF');
      assert.equal(header.split(',').length, 14);
      assert.equal(row, ['test image 3', '1', probabilities[1], ...probabilities, unknown].join(','));
      assert.match(
        table.err,
        /^Images with a confidence below \d+\.\d% are unknown; this rejects \d+ of 12,000 validation images\.$/m,
      );
      const both = await couture([...asked, '--csv', '--json'], { cwd, env });
      assert.equal(both.code, 2);
      const whole = await couture(['predict', 'custom-seed5', 'three.png', '--reject', '1'], { cwd, env });
      assert.match(whole.err, /--reject must be a share above 0 and below 1, not "1"/);
    },
  );

  await t.test('a run that does not get beyond chance says so, in its figures too', async () => {
    const stuck = await couture(train('--name', 'stuck', '--learning-rate', '50', '--epochs', '1'), {
      cwd,
      env,
    });
    const { run } = parseDocument(stuck, result);
    assert.match(
      stuck.err,
      /^Training did not get beyond chance: in no epoch are more than \d+\.\d% of the validation images .* \d+\.\d% of the hidden units are dead: .* Use a lower learning rate than 50; `couture lr-find` suggests one\.$/m,
    );
    const metrics = await readFile(join(cwd, run, 'metrics.json'), 'utf8');
    const { deadShare } = z
      .object({ stuck: z.object({ deadShare: z.number() }) })
      .parse(JSON.parse(metrics)).stuck;
    assert.ok(deadShare > 0.1, String(deadShare));
  });

  await t.test('Ctrl-C saves, says how to go on, and going on ends in the same bits', async () => {
    const cut = await couture(train('--name', 'cut'), { cwd, env, interruptAt: /^epoch 1\/3/m });
    assert.equal(cut.code, 130);
    assert.match(cut.err, /couture train --resume runs.train.cut/);
    assert.equal(cut.out, '');
    const resumed = await couture(['train', '--resume', 'cut', '--json'], { cwd, env });
    const again = parseDocument(resumed, result);
    assert.deepEqual(
      [again.run, again.weightsSha256, again.lastSha256, again.testAccuracy],
      [join('runs', 'train', 'cut'), figures.weightsSha256, figures.lastSha256, figures.testAccuracy],
    );
  });

  await t.test('so does a run that was killed', async () => {
    const killed = await couture(train('--name', 'killed'), { cwd, env, killAt: /^epoch 2\/3/m });
    assert.equal(killed.code, null);
    const resumed = await couture(['train', '--resume', 'killed', '--json'], { cwd, env });
    assert.equal(parseDocument(resumed, result).weightsSha256, figures.weightsSha256);
    const finished = await couture(['train', '--resume', 'killed', '--json'], { cwd, env });
    assert.equal(parseDocument(finished, result).lastSha256, figures.lastSha256);
    assert.match(finished.err, /killed is already finished, so nothing is trained\./);
  });

  await t.test('reproduce certifies the run, on one thread as well', async () => {
    const outcome = await couture(['reproduce', 'custom-seed5', '--threads', '1', '--json'], {
      cwd,
      env,
    });
    assert.equal(parseDocument(outcome, { reproduced: z.boolean() }).reproduced, true);
    const file = join(cwd, figures.run, 'config.json');
    const text = await readFile(file, 'utf8');
    const { sha256: _, ...config } = z
      .looseObject({ settings: z.looseObject({ epochs: z.number() }), sha256: z.string() })
      .parse(JSON.parse(text));
    await writeFile(file, text.replace('"epochs": 3', '"epochs": 2'));
    const damaged = await couture(['reproduce', 'custom-seed5'], { cwd, env });
    assert.equal(damaged.code, 3);
    assert.match(damaged.err, /config\.json is damaged/);
    await writeFile(file, await formatSealed({ ...config, settings: { ...config.settings, epochs: 2 } }));
    const wrong = await couture(['reproduce', 'custom-seed5'], { cwd, env });
    await writeFile(file, text);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /not reproduced/);
  });

  await t.test('a fast run says so, resumes and is reproduced as one, and is judged exactly', async () => {
    const fast = parseDocument(await couture(train('--fast', '--name', 'fast'), { cwd, env }), result);
    const { backend } = JSON.parse(await readFile(join(cwd, fast.run, 'env.json'), 'utf8'));
    assert.match(backend.variant, /^simd\d+-fast$/);
    const evaluated = await couture(['evaluate', 'fast', '--json'], { cwd, env });
    assert.equal(parseDocument(evaluated, { accuracy: z.number() }).accuracy, fast.testAccuracy);
    const again = await couture(['reproduce', 'fast', '--threads', '1', '--json'], {
      cwd,
      env,
    });
    assert.equal(parseDocument(again, { reproduced: z.boolean() }).reproduced, true);
    const mixed = await couture(['train', '--resume', 'custom-seed5', '--fast'], { cwd, env });
    assert.equal(mixed.code, 2);
    assert.match(mixed.err, /leave out --fast/);
  });

  await t.test('a name that is taken is refused before any work', async () => {
    const taken = await couture(train('--name', 'cut'), { cwd, env });
    assert.equal(taken.code, 2);
    assert.match(taken.err, /runs.train.cut exists already/);
  });

  await t.test('a config file of a run, and flags over it', async () => {
    const config = join(figures.run, 'config.json');
    const outcome = await couture(['train', '--config', config, '--epochs', '1', '--json'], {
      cwd,
      env,
    });
    assert.equal(parseDocument(outcome, result).run, join('runs', 'train', 'custom-seed5-2'));
    const row = (await readFile(join(cwd, 'runs/train/custom-seed5-2/results.csv'), 'utf8')).split('\n')[1];
    const first = (await readFile(join(cwd, figures.run, 'results.csv'), 'utf8')).split('\n')[1];
    assert.equal(row.split(',').slice(0, 4).join(), first.split(',').slice(0, 4).join());
  });

  await t.test('other data than a run began with is refused', async () => {
    const other = join(cwd, 'other');
    const { cp } = await import('node:fs/promises');
    await cp(data, other, { recursive: true });
    const path = join(other, 't10k-images-idx3-ubyte');
    const bytes = await readFile(path);
    bytes[5000] ^= 1;
    await writeFile(path, bytes);
    const elsewhere = { XDG_CACHE_HOME: join(cwd, 'other-cache') };
    await fillCache(other, elsewhere);
    const outcome = await couture(['evaluate', 'custom-seed5'], { cwd, env: elsewhere });
    assert.equal(outcome.code, 3);
    assert.match(outcome.err, /test split of mnist is not the one/);
  });
});

test('seeds takes the data and the settings of train, and names them in its table', async () => {
  const small = ['--data', 'mnist', '--hidden', '12', '--epochs', '1', '--seeds', '1-3'];
  const first = await couture(['seeds', ...small, '--json'], { cwd, env });
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /3 runs: 1 network with 3 seeds each\. Finished/);
  const { rows, runs } = parseDocument(first, {
    rows: z.array(z.object({ recipe: z.string(), mean: z.number(), spread: z.number() })),
    runs: z.array(z.object({ seed: z.number(), run: z.string(), testAccuracy: z.number() })),
  });
  const found = runs.map(({ testAccuracy }) => testAccuracy);
  const mean = (found[0] + found[1] + found[2]) / 3;
  const squares = found.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  assert.equal(rows[0].recipe, '--data mnist --hidden 12 --epochs 1');
  assert.ok(Math.abs(rows[0].mean - mean) < 1e-12);
  assert.ok(Math.abs(rows[0].spread - Math.sqrt(squares / 2)) < 1e-12 && rows[0].spread > 0);
  // The same run by train has the same bits.
  const name = ['--name', 'by-train', '--seed', '2', '--json'];
  const alone = await couture(['train', ...small.slice(0, 6), ...name], { cwd, env });
  assert.equal(parseDocument(alone, { testAccuracy: z.number() }).testAccuracy, found[1]);
  const again = await couture(['seeds', ...small], { cwd, env });
  assert.equal(again.err.match(/already finished/g)?.length, 3);
  assert.match(again.out, /^\| settings +\| seeds/);
});

test('ablate trains each change with each seed, and takes what is there', async () => {
  const small = ['--data', 'mnist', '--hidden', '16', '--epochs', '1', '--seeds', '1,2'];
  const document = join(cwd, 'ablation.md');
  await writeFile(document, 'Before.\n\n<!-- table:ablate -->\n<!-- /table:ablate -->\n');
  const args = ['ablate', 'dropout=0.6', 'flip=yes+shift=2', ...small, '--json', '--write', document];
  const first = await couture(args, { cwd, env });
  assert.equal(first.code, 0, first.err);
  const row = z.object({
    change: z.string().optional(),
    validation: z.number(),
    difference: z.object({ mean: z.number(), error: z.number() }).nullable(),
  });
  const run = z.object({ change: z.string().optional(), seed: z.number(), validationAccuracy: z.number() });
  const { rows, runs } = parseDocument(first, { rows: z.array(row), runs: z.array(run) });
  assert.deepEqual(
    rows.map(({ change }) => change),
    [undefined, 'dropout=0.6', 'flip=yes+shift=2'],
  );
  const of = (change: string | undefined, seed: number) =>
    runs.find((one) => one.change === change && one.seed === seed)?.validationAccuracy ?? Number.NaN;
  const differences = [1, 2].map((seed) => of('dropout=0.6', seed) - of(undefined, seed));
  assert.ok(Math.abs((rows[1].difference?.mean ?? 9) - (differences[0] + differences[1]) / 2) < 1e-12);
  assert.ok(
    Math.abs((rows[1].difference?.error ?? 9) - Math.abs(differences[0] - differences[1]) / 2) < 1e-12,
  );
  assert.ok((rows[1].difference?.mean ?? 0) < -0.001, 'so much dropout costs so small a network');
  assert.match(await readFile(document, 'utf8'), /Before\.[\s\S]*\| `flip=yes\+shift=2` \| /);

  const again = await couture(args, { cwd, env });
  assert.equal(again.err.match(/already finished/g)?.length, 6);
  assert.equal(again.out, first.out);

  for (const [change, message] of [
    ['shift', /"shift" must have the form setting=value/],
    ['shfit=1', /no setting "shfit"\.[\s\S]*shift/],
    ['flip=1', /flip must be yes or no, not "1"/],
    ['shift=-1', /--shift must be a whole number from 0 to 64, not "-1"/],
    ['seed=4', /A change cannot set the seed/],
  ] as const) {
    const wrong = await couture(['ablate', change, ...small], { cwd, env });
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, message);
  }
});
