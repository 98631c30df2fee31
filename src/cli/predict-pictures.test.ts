/** What `predict` makes and says of pictures that are not what networks know, or no pictures at all. With a shipped model. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import * as z from 'zod';
import { couture, parseDocument } from '../../test/command.ts';
import { prepareImage } from '../data/prepare.ts';
import { objectSteps } from '../data/preprocessing.ts';
import { load } from '../platform/node/load.ts';
import { modelsFolder } from '../platform/node/models-folder.ts';
import { decodeModel } from '../ship/model-file.ts';

let cwd: string;
/** A dark shape off-center on a light, unevenly lit ground, as red, green, blue and alpha. */
const [width, height] = [400, 300];
const rgba = new Uint8Array(width * height * 4);
for (let y = 0; y < height; y++)
  for (let x = 0; x < width; x++) {
    const inside = x >= 230 && x < 330 && y >= 60 && y < 140 && (y > 100 || x > 280);
    rgba.fill(Math.round((inside ? 40 : 210) * (0.9 + (0.2 * x) / width)), (y * width + x) * 4);
    rgba[(y * width + x) * 4 + 3] = 255;
  }

const image = z.object({
  source: z.string(),
  label: z.string(),
  seen: z.string(),
  saved: z.string().optional(),
  prepared: z.object({ inverted: z.boolean(), crop: z.object({ left: z.number() }).nullable() }),
});
const answers = { predictions: z.array(image), shape: z.object({ height: z.number() }) };

before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'couture-pictures-'));
  const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
  await writeFile(join(cwd, 'boot.png'), png);
  await mkdir(join(cwd, 'photos'));
  await writeFile(join(cwd, 'photos/boot.png'), png);
  await writeFile(join(cwd, 'photos/._boot.png'), '\0\x05\x16\x07\0\x02\0\0Mac OS X');
});
after(() => rm(cwd, { recursive: true, force: true }));

test('every way to ask sees the same bytes of the same picture', async () => {
  const { pixels, facts } = prepareImage(
    { data: rgba, width, height },
    { height: 28, width: 28, channels: 1 },
    objectSteps,
  );
  const expected = [...pixels];
  const model = await load('compact', { threads: 1 });
  try {
    assert.deepEqual([...(await model.toPixels(join(cwd, 'boot.png')))], expected);
    const { label } = await model.predict(join(cwd, 'boot.png'));
    const asked = ['predict', 'compact', 'boot.png', 'photos', '--json'];
    const out = await couture([...asked, '--seen', '--save-seen', 'seen'], { cwd });
    const { predictions, shape } = parseDocument(out, answers);
    assert.equal(shape.height, 28);
    assert.deepEqual(
      predictions.map(({ source }) => source),
      ['boot.png', join('photos', 'boot.png')],
      'a hidden companion is passed over',
    );
    for (const { seen, prepared, ...answer } of predictions) {
      assert.deepEqual([...Buffer.from(seen, 'base64')], expected);
      assert.equal(answer.label, label);
      assert.equal(prepared.inverted, true);
      assert.equal(prepared.crop?.left, facts.crop?.left);
    }
    const shorter = parseDocument(await couture(asked, { cwd }), {
      predictions: z.array(z.object({ label: z.string(), seen: z.undefined().optional() })),
    });
    assert.equal(shorter.predictions.length, 2);
    // What was written is an image of the network's size, which is left as it is when it is given again.
    assert.deepEqual((await readdir(join(cwd, 'seen'))).sort(), ['boot-2.png', 'boot.png']);
    assert.deepEqual([...(await model.toPixels(join(cwd, 'seen/boot.png')))], expected);
  } finally {
    await model.dispose();
  }
});

test('the picture that the network saw is shown, and what was cut and swapped is said', async () => {
  const { out } = await couture(['predict', 'compact', 'boot.png', '--seen'], { cwd });
  assert.match(out, /cropped to \d+x\d+ at 2\d\d, \d\d, light and dark swapped\)/);
  assert.match(out, /\n[ .:=+*#%@-]{28}\n/);
  const color = await couture(['predict', 'compact', 'boot.png'], { cwd, env: { FORCE_COLOR: '1' } });
  assert.match(color.out, /▀/);
  const plain = await couture(['predict', 'compact', 'boot.png'], { cwd });
  assert.doesNotMatch(plain.out, /▀|@@@/);
});

test('names with control characters reach the terminal as escapes, in JSON too', async () => {
  const name = 'gnp.\u202e\x1b[2Jboot.png';
  await writeFile(
    join(cwd, name),
    await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer(),
  );
  const broken = 'a\x1b]0;owned\x07\nerror: b.png';
  await writeFile(join(cwd, broken), 'text');
  const env = { FORCE_COLOR: '1' };
  const { out, err, code } = await couture(['predict', 'compact', name, broken], { cwd, env });
  assert.equal(code, 3);
  assert.match(out, /gnp\.\\u\{202e\}\\x1b\[2Jboot\.png: /);
  assert.match(err, /a\\x1b\]0;owned\\x07\\x0aerror: b\.png: it is text/);
  assert.doesNotMatch(out + err, /\p{Bidi_Control}/u);
  assert.ok(!(out + err).includes('\x07'));
  const json = await couture(['predict', 'compact', name, '--json', '--seen'], { cwd });
  assert.doesNotMatch(json.out, /\p{Bidi_Control}/u);
  assert.equal(parseDocument(json, answers).predictions[0].source, name);
  const missing = await couture(['predict', `no\x1b[8mmodel`, name], { cwd, env });
  assert.match(missing.err, /no\\x1b\[8mmodel/);
});

test('a file that is no model or no image is called what it is', async () => {
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]);
  await writeFile(join(cwd, 'net.bin'), zip);
  const model = await couture(['predict', 'net.bin', '--test-index', '0'], { cwd });
  assert.equal(model.code, 2);
  assert.match(
    model.err,
    /net\.bin is a ZIP archive \(PyTorch files are ZIP archives too\), not a model of Couture\.\n.*\.safetensors/,
  );
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  const { code, err } = await couture(['predict', 'compact', '-'], { cwd, input: heic });
  assert.equal(code, 3);
  assert.match(
    err,
    /standard input: it is a HEIC photograph, not PNG, JPEG or WebP\.\nOpen it in an image viewer and save it as PNG or JPEG/,
  );
});

test('a picture of an absurd shape is refused at once', async () => {
  const head = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\x02\xeb\xae\x40\x08\0\0\0\0', 'latin1');
  await writeFile(join(cwd, 'thin.png'), Buffer.concat([head, Buffer.alloc(500)]));
  const { code, err } = await couture(['predict', 'compact', 'thin.png'], { cwd });
  assert.equal(code, 3);
  assert.match(
    err,
    /^error: Cannot read the image thin\.png: it is 1 x 49,000,000 pixels, but a side may have at most/,
  );
  assert.equal(err.trim().split('\n').length, 1, err);
});

test('an image unlike the training images is called that, and one like them is not', async () => {
  const noise = Uint8Array.from({ length: 784 }, (_, i) => (i * 7919 + ((i * i) % 251) * 31) % 256);
  const gray = sharp(noise, { raw: { width: 28, height: 28, channels: 1 } }).toColourspace('b-w');
  await writeFile(join(cwd, 'noise.png'), await gray.png().toBuffer());
  // The mean look of the training images, as the model describes it, is like them if anything is.
  const path = join(modelsFolder(), 'compact.safetensors');
  const { unlike: description } = await decodeModel(await readFile(path), path);
  const mean = Buffer.from(description!.mean, 'base64');
  const look28 = sharp(mean, { raw: { width: 14, height: 14, channels: 1 } }).resize(28, 28, {
    kernel: 'nearest',
  });
  await writeFile(join(cwd, 'mean.png'), await look28.toColourspace('b-w').png().toBuffer());
  const { out } = await couture(['predict', 'compact', 'noise.png'], { cwd });
  assert.match(
    out,
    /Unlike the training data: score \d+\.\d; only 2% of the validation images have a score above \d\.\d\./,
  );
  const both = await couture(['predict', 'compact', 'mean.png', 'noise.png', '--json'], { cwd });
  const look = z.object({ score: z.number(), limit: z.number(), unlike: z.boolean() });
  const { predictions } = parseDocument(both, { predictions: z.array(z.object({ unlike: look })) });
  assert.deepEqual(
    predictions.map(({ unlike }) => unlike.unlike),
    [false, true],
  );
  assert.ok(predictions.every(({ unlike: { score, limit, unlike } }) => unlike === score > limit));
});
