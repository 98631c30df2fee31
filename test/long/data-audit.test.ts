/** `couture data audit` and what `couture evaluate` makes of it, on files in the shape of MNIST with known faults. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { auditSchema } from '../../src/audit/audit.ts';
import { formatSealed } from '../../src/runs/json.ts';
import { couture, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-audit-'));
const data = join(cwd, 'data');
const file = join(cwd, 'runs', 'audit', 'mnist', 'audit.json');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
after(() => rm(cwd, { recursive: true, force: true }));

const labelOf = (index: number): number => (index * 7) % 10;

/** 32 bits that look random: the finalizer of MurmurHash3 (A. Appleby). */
function scatter(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A bar at the height of the class, on noise that no two images share; images differ in brightness. */
function image(seed: number, label: number): Uint8Array {
  const brightness = 0.04 ** ((seed % 997) / 997);
  const pixels = new Uint8Array(784);
  for (let p = 0; p < 784; p++) {
    const noise = scatter(seed * 784 + p) >>> 25;
    const lit = p >= label * 56 + 6 && p < label * 56 + 48;
    pixels[p] = brightness * (noise + (lit ? 128 : 0));
  }
  return pixels;
}

interface Split {
  readonly images: Uint8Array[];
  readonly labels: number[];
}

function makeSplit(count: number, firstSeed: number): Split {
  const labels = Array.from({ length: count }, (_, i) => labelOf(i));
  return { images: labels.map((label, i) => image(firstSeed + i, label)), labels };
}

async function writeSplit(stem: string, { images, labels }: Split): Promise<void> {
  const header = (words: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(words.length * 4);
    for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, i * 4);
    return bytes;
  };
  const count = images.length;
  await writeFile(join(data, `${stem}-images-idx3-ubyte`), [header([0x803, count, 28, 28]), ...images]);
  await writeFile(join(data, `${stem}-labels-idx1-ubyte`), [header([0x801, count]), Uint8Array.from(labels)]);
}

before(async () => {
  await mkdir(data);
  const train = makeSplit(60_000, 0);
  const held = makeSplit(10_000, 60_000);
  held.images[5] = train.images[15];
  held.images[6] = train.images[26].map((value, p) => (p === 300 ? value ^ 7 : value));
  train.images[70] = train.images[60];
  train.labels[80] = (labelOf(80) + 4) % 10;
  held.labels[90] = (labelOf(90) + 5) % 10;
  await writeSplit('train', train);
  await writeSplit('t10k', held);
  await fillCache(data, env, 'mnist');
});

const audit = (...more: string[]): string[] => [
  'data',
  'audit',
  'mnist',
  '--folds',
  '2',
  '--epochs',
  '2',
  ...more,
];

test('what is asked wrongly is answered before any work', async () => {
  const wrongs: [args: string, message: RegExp][] = [
    ['minst', /no data set.*\nDid you mean mnist\?/],
    ['mnist --recipe basline', /Did you mean baseline\?/],
    ['mnist --folds 1', /--folds must be a whole number from 2 to 100/],
    ['mnist --epochs none', /--epochs must be/],
    ['mnist --threshold 1', /--threshold must be a number from 0 up to 1/],
    ['mnist --run nothing', /no run "nothing"/],
  ];
  await Promise.all(
    wrongs.map(async ([args, message]) => {
      const outcome = await couture(['data', 'audit', ...args.split(' ')], { cwd, env });
      assert.match(outcome.err, message);
      assert.deepEqual([outcome.code, outcome.out], [2, ''], args);
    }),
  );
});

test('Ctrl-C ends it and leaves nothing behind', async () => {
  const cut = await couture(audit(), { cwd, env, interruptAt: /^comparing images: 69,998 of/m });
  assert.deepEqual([cut.code, cut.out], [130, '']);
  assert.match(cut.err, /Stopped before/);
  await assert.rejects(readFile(file), { code: 'ENOENT' });
});

test('an audit finds the faults, and evaluate goes by it', async (t) => {
  const small = ['train', '--data', 'mnist', '--hidden', '16', '--epochs', '1', '--name', 'small'];
  assert.equal((await couture(small, { cwd, env })).code, 0);
  const evaluate = ['evaluate', 'small'];
  const plain = await couture(evaluate, { cwd, env });
  const score = z.object({ images: z.number(), accuracy: z.number() });
  const audited = z.object({
    all: score,
    withoutDuplicates: score,
    withoutSuspects: score,
    withoutBoth: score,
  });

  await t.test('as one document', async () => {
    const counts = z.object({ withinTrain: z.number(), withinTest: z.number(), testInTrain: z.number() });
    const outcome = await couture(audit('--json', '--run', 'small'), { cwd, env });
    const found = parseDocument(outcome, {
      path: z.string(),
      counts: z.object({ exact: counts, any: counts }),
      labels: z.object({
        suspects: z.array(z.object({ split: z.string(), index: z.number(), suggested: z.number() })),
      }),
      runs: z.array(z.object({ run: z.string(), accuracy: z.number(), audited })),
    });
    assert.equal(found.path, join('runs', 'audit', 'mnist', 'audit.json'));
    assert.deepEqual(found.counts, {
      exact: { withinTrain: 2, withinTest: 0, testInTrain: 1 },
      any: { withinTrain: 2, withinTest: 0, testInTrain: 2 },
    });
    assert.deepEqual(
      found.labels.suspects.map(({ split, index, suggested }) => [split, index, suggested]).sort(),
      [
        ['test', 90, labelOf(90)],
        ['train', 80, labelOf(80)],
      ],
    );
    const [run] = found.runs;
    assert.equal(run.accuracy, run.audited.all.accuracy);
    const { all, withoutDuplicates, withoutSuspects, withoutBoth } = run.audited;
    const images = [all, withoutDuplicates, withoutSuspects, withoutBoth].map((part) => part.images);
    assert.deepEqual(images, [10_000, 9998, 9999, 9997]);
  });

  await t.test('as text', async () => {
    const { code, out, err } = await couture(audit(), { cwd, env });
    assert.equal(code, 0, err);
    assert.match(out, /^exact +2 +0 +1$/m);
    assert.match(out, /^All copies have the same label\.$/m);
    assert.match(out, /^suspects +1 +1$/m);
    assert.match(out, /^train 80 +4 +\d+\.\d +0 /m);
    assert.match(out, /data show mnist --split test --index 90$/m);
    assert.match(err, /judging labels: fold 2 of 2, epoch 2 of 2/);
  });

  await t.test('evaluate adds to what it said before, and changes none of it', async () => {
    const { out } = await couture(evaluate, { cwd, env });
    const added = /\n\nby the audit[\s\S]*?(?=\n\nclass )/.exec(out);
    assert.ok(added);
    assert.match(added[0], /without both .* 9,997$/m);
    assert.equal(out.replace(added[0], ''), plain.out);
    const document = parseDocument(await couture([...evaluate, '--json'], { cwd, env }), {
      accuracy: z.number(),
      audited,
    });
    assert.equal(document.audited.all.accuracy, document.accuracy);
    const ofValidation = await couture([...evaluate, '--split', 'val'], { cwd, env });
    assert.doesNotMatch(ofValidation.out, /audit/);
  });

  await t.test('an audit of other data, or a damaged one, is refused with a note', async () => {
    const text = await readFile(file, 'utf8');
    const { sha256: _, ...audit } = JSON.parse(text);
    const { data: sums } = auditSchema.parse(JSON.parse(text));
    const train = { ...sums.train, labelsSha256: '0'.repeat(64) };
    const changes: [content: string, note: RegExp][] = [
      [
        await formatSealed({ ...audit, data: { ...sums, train } }),
        /of another train split .*couture data audit mnist/,
      ],
      [text.slice(0, 500), /audit\.json, line \d+, column \d+: it is not valid JSON/],
      [await formatSealed({ ...audit, version: 9 }), /audit\.json is damaged: version/],
      [text.replace('"version": 1', '"version": 9'), /audit\.json is damaged: .* digest/],
    ];
    for (const [content, note] of changes) {
      await writeFile(file, content);
      const { code, out, err } = await couture(evaluate, { cwd, env });
      assert.deepEqual([code, out], [0, plain.out]);
      assert.match(err, note);
      const drawn = await couture(['figures', 'small', '--out', 'drawn', '--only', 'audit-copies'], {
        cwd,
        env,
      });
      assert.deepEqual([drawn.code, drawn.out], [0, '']);
      assert.match(drawn.err, note);
    }
  });
});
