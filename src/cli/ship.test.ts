/** The commands `export` and `import`, and `train --init-from`: their help and what they refuse. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { couture, parseDocument } from '../../test/command.ts';
import { exportFormats } from '../ship/exports/table.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-ship-'));
after(() => rm(cwd, { recursive: true, force: true }));
const named = fileURLToPath(new URL('../../test/golden/fixtures/torch/named.pt', import.meta.url));

test('the help of export lists every format', async () => {
  const { out } = await couture(['export', '--help'], { cwd });
  const words = out.replaceAll(/\s+/g, ' ');
  for (const { name, summary } of exportFormats) assert.ok(words.includes(`${name} ${summary}`), out);
});

test('a .pt file becomes a model file, and that an export', async () => {
  const flags = [
    '--activation',
    'relu',
    '--mean',
    '0.5',
    '--std',
    '0.25',
    '--shape',
    '2x3',
    '--classes',
    'a,b,c',
  ];
  const imported = parseDocument(
    await couture(['import', named, ...flags, '--out', 'named.safetensors', '--json'], { cwd }),
    {
      path: z.string(),
      modules: z.array(z.array(z.string())),
      data: z.looseObject({ classNames: z.array(z.string()) }),
    },
  );
  assert.deepEqual(imported.modules, [['input', 'norm', 'hidden', 'output']]);
  assert.deepEqual(imported.data.classNames, ['a', 'b', 'c']);
  for (const { name, out } of exportFormats) {
    const path = `out-${name}${out === 'folder' ? '' : out}`;
    const { code, err } = await couture(['export', 'named.safetensors', '--to', name, '--out', path], {
      cwd,
    });
    assert.equal(code, 0, err);
  }
  const { code, out } = await couture(['card', 'named.safetensors'], { cwd });
  assert.equal(code, 0);
  assert.match(out, /--shape 2x3 --classes a,b,c --out named\.safetensors/);
});

test('class names with commas come from a file, also one that Windows wrote', async () => {
  await writeFile(join(cwd, 'names.txt'), '\ufeffshirt, long\r\nT-shirt/top\r\n hat \r\n');
  const images = ['--shape', '2x3', '--classes-file', 'names.txt'];
  const flags = ['--activation', 'relu', '--mean', '0', '--std', '1', ...images];
  const { data } = parseDocument(
    await couture(['import', named, ...flags, '--out', 'commas.safetensors', '--json'], { cwd }),
    { data: z.looseObject({ classNames: z.array(z.string()) }) },
  );
  assert.deepEqual(data.classNames, ['shirt, long', 'T-shirt/top', 'hat']);
  const { out } = await couture(['card', 'commas.safetensors'], { cwd });
  assert.match(out, /--classes-file names\.txt/);
  await writeFile(join(cwd, 'gap.txt'), 'a\n\nc\n');
  const gap = ['import', named, '--classes-file', 'gap.txt', '--out', 'x.safetensors'];
  const { code, err } = await couture(gap, { cwd });
  assert.equal(code, 2);
  assert.match(err, /--classes-file gap\.txt: line 2 is empty, but a class name was expected/);
});

test('settings of the network in --config are refused like flags, beside --init-from', async () => {
  await writeFile(join(cwd, 'wide.json'), JSON.stringify({ settings: { hidden: [99], epochs: 1 } }));
  const { code, err } = await couture(['train', '--init-from', 'compact', '--config', 'wide.json'], { cwd });
  assert.equal(code, 2);
  assert.match(err, /--init-from uses the network of compact; leave out "hidden" of wide\.json/);
});

test('a folder of an export is not written over other files without --overwrite', async () => {
  const args = ['export', 'named.safetensors', '--to', 'esm', '--out', 'module'];
  await mkdir(join(cwd, 'module'));
  await writeFile(join(cwd, 'module/package.json'), '{}');
  const refused = await couture(args, { cwd });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /module\/package\.json exists already with other contents/);
  assert.equal((await couture([...args, '--overwrite'], { cwd })).code, 0);
  assert.match(await readFile(join(cwd, 'module/package.json'), 'utf8'), /"exports"/);
});

const wrong: readonly [string, string[], RegExp][] = [
  ['an unknown format', ['export', 'compact', '--to', 'onxn', '--out', 'x'], /--to must be .*, not "onxn"/],
  [
    'half a scaling',
    ['import', named, '--mean', '0.5', '--out', 'x.safetensors'],
    /--mean and --std together/,
  ],
  [
    'a data set and a shape',
    ['import', named, '--data', 'mnist', '--shape', '2x3', '--out', 'x.safetensors'],
    /--data gives shape and classes; leave out --shape, --classes and --classes-file/,
  ],
  [
    'a shape that is none',
    ['import', named, '--shape', '2x3x2', '--out', 'x.safetensors'],
    /--shape must be HEIGHTxWIDTH/,
  ],
  [
    'an empty class',
    ['import', named, '--classes', 'a,,b', '--out', 'x.safetensors'],
    /comma-separated names/,
  ],
  [
    'a mean that is none',
    ['import', named, '--mean', '0.5;0.5', '--out', 'x.safetensors'],
    /comma-separated numbers/,
  ],
  ['another ending', ['import', named, '--out', 'x.pt'], /must end in \.safetensors/],
  ['no file', ['import', 'nothing.pt', '--out', 'x.safetensors'], /There is no file or folder "nothing\.pt"/],
  ['flags of the network', ['train', '--init-from', 'compact', '--hidden', '8'], /leave out --hidden/],
  ['a resumed run', ['train', '--resume', 'x', '--init-from', 'compact'], /leave out --init-from/],
];
for (const [title, args, message] of wrong)
  test(`refused: ${title}`, async () => {
    const { code, err } = await couture(args, { cwd });
    assert.equal(code, 2, err);
    assert.match(err, message);
  });
