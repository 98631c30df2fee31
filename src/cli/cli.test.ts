import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { writeBars } from '../../test/bars-data.ts';
import { bin, couture, fillCache, parseDocument } from '../../test/command.ts';
import { rareSettings, settingGroups, settingsSchema } from '../train/settings.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-cli-'));
after(() => rm(cwd, { recursive: true, force: true }));

test('help names every command and shows examples; version is a version', async () => {
  const help = await couture(['--help']);
  assert.equal(help.code, 0);
  assert.equal(help.err, '');
  for (const command of [
    ...[
      'train',
      'evaluate',
      'predict',
      'inspect',
      'report',
      'figures',
      'compare',
      'summary',
      'data',
      'seeds',
      'ablate',
    ],
    ...['checks', 'recipes', 'reproduce', 'pack', 'models', 'card', 'lr-find'],
  ])
    assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'));
  for (const group of ['Start', 'Train', 'Look', 'Use', 'Research'])
    assert.ok(help.out.includes(`\n\n${group}:\n`), group);
  assert.match(help.out, /Examples:/);
  assert.deepEqual(await couture([]), help);
  assert.match((await couture(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
});

/** The setting as the help has it: `--learning-rate <` or `--flip  `. */
function flagLine(key: string): RegExp {
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const schema = Object.entries(settingsSchema.shape).find(([name]) => name === key)?.[1];
  return new RegExp(`^ +${flag}${schema?.unwrap().type === 'boolean' ? ' {2,}' : ' <'}`, 'm');
}

test('help groups the settings; --help-all lists the rare ones too', async () => {
  const [{ out: short }, { out: all, code }] = await Promise.all([
    couture(['train', '--help']),
    couture(['train', '--help-all']),
  ]);
  assert.equal(code, 0);
  for (const [group, keys] of Object.entries(settingGroups)) {
    for (const help of [short, all]) assert.ok(help.includes(`\n\n${group}:\n`), group);
    for (const key of keys) {
      assert.match(all, flagLine(key));
      if (rareSettings.has(key)) assert.doesNotMatch(short, flagLine(key));
      else assert.match(short, flagLine(key));
    }
  }
  assert.match(short, /--help-all/);
  assert.doesNotMatch(all, /--help-all/);
});

test('a command lists only the settings that it uses', async () => {
  const shown: readonly (readonly [args: string[], yes: string[], no: string[]])[] = [
    [['lr-find'], [], Object.keys(settingsSchema.shape)],
    // These have --seeds.
    [['ablate'], [], Object.keys(settingsSchema.shape).filter((key) => key !== 'seed')],
    [['seeds'], [], Object.keys(settingsSchema.shape).filter((key) => key !== 'seed')],
    [
      ['data', 'augment'],
      ['flip', 'cutmix', 'seed'],
      ['hidden', 'epochs', 'patience'],
    ],
  ];
  for (const [args, yes, no] of shown) {
    const [{ out: short }, { out: all }] = await Promise.all([
      couture([...args, '--help']),
      couture([...args, '--help-all']),
    ]);
    for (const key of yes) assert.match(short, flagLine(key));
    for (const key of no) assert.doesNotMatch(short, flagLine(key));
    for (const key of [...yes, ...no]) assert.match(all, flagLine(key));
  }
});

test('every command has help with an example', async () => {
  const commands = [
    ...[
      'evaluate',
      'predict',
      'inspect',
      'report',
      'figures',
      'compare',
      'summary',
      'seeds',
      'ablate',
      'checks',
    ],
    ...['recipes', 'reproduce', 'showcase', 'data', 'pack', 'models', 'card', 'lr-find'],
  ];
  for (const help of await Promise.all(commands.map((command) => couture([command, '--help'])))) {
    assert.equal(help.code, 0, help.err);
    assert.match(help.out, /Examples?:\n {2}couture/);
  }
});

const wrongs: [args: string, code: number, message: RegExp][] = [
  ['trian', 2, /Unknown command "trian"\.\nDid you mean train\?/],
  ['help trian', 2, /Unknown command "trian"\.\nDid you mean train\?/],
  ['trian --help', 2, /Unknown command "trian"\.\nDid you mean train\?/],
  ['help data gte', 2, /Unknown command "gte"\.\nDid you mean get\?/],
  ['data help gte', 2, /Unknown command "gte"\.\nDid you mean get\?/],
  ['data nope', 2, /Unknown command "nope"\.\nAdd --help to see/],
  ['train --sed 1', 2, /Unknown option '--sed'\.\nDid you mean --seed\?/],
  ['train one two', 2, /Too many arguments/],
  ['train --recipe basline', 2, /no recipe "basline"\.\nDid you mean baseline\?/],
  ['train --data fashion-mist', 2, /Did you mean fashion-mnist\?/],
  [
    'train --backend wsm',
    2,
    /--backend takes auto, cpu, gpu, wasm, webgpu or reference, not "wsm"\.\nDid you mean wasm\?/,
  ],
  ['train --epochs 0', 2, /--epochs must be a whole number from 1 to 100000, not "0"/],
  ['train --epochs 1.5', 2, /--epochs must be a whole number/],
  ['train --learning-rate 0', 2, /--learning-rate must be a number above 0 and at most 100/],
  ['train --hidden 10,x', 2, /--hidden must be none or comma-separated numbers/],
  [
    'train --teacher a,,b --distillation 0.5',
    2,
    /--teacher must be a run, .*, or several, comma-separated, or none, not/,
  ],
  ['train --distillation 0.5', 2, /but there is no teacher/],
  ['train --hidden 10 --dropout 0.1,0.2', 2, /2 probabilities for 1 hidden/],
  ['train --threads 0', 2, /--threads must be a whole number from 1 to 256/],
  ['train --name a/b', 2, /is not a valid name for a run/],
  ['train --resume nothing', 2, /no run "nothing"/],
  ['train --resume nothing --seed 3', 2, /leave out --seed/],
  ['train --config missing.json', 2, /--config missing\.json: there is no such file/],
  [
    'train --config broken.json',
    2,
    /--config broken\.json, line 1, column 2: it is not valid JSON: expected a key/,
  ],
  ['train --config unknown.json', 2, /--config unknown\.json: .*no setting "epoch"\.\nDid you mean epochs\?/],
  [
    'train --config cooked.json',
    2,
    /--config cooked\.json: .*no recipe "bestsingle"\.\nDid you mean best-single\?/,
  ],
  ['train --config proto.json', 2, /proto\.json, line 1, column \d+: the key "__proto__" is not allowed/],
  ['train --config twice.json', 2, /twice\.json, line 2, column 14: the key "epochs" appears twice/],
  ['train --config binary.json', 2, /--config binary\.json is not valid UTF-8 text\.\nSave it/],
  ['train --config stray.json', 2, /stray\.json: it has an unknown key "setings"\.\nDid you mean settings\?/],
  [
    'train --config flat.json',
    2,
    /flat\.json: the setting "hidden" is at the top\.\nSettings belong under "settings": \{"settings": \{"hidden"/,
  ],
  [
    'train --config wide.json',
    2,
    /wide\.json: Invalid setting: hidden\[1\] must be at most 65536, not the number 1000000/,
  ],
  [
    'train --config typed.json',
    2,
    /typed\.json: Invalid setting: epochs must be a number, not the string "5"/,
  ],
  [
    'train --config named.json',
    2,
    /named\.json: Invalid setting: optimizer must be "adam", .*\nDid you mean adam\?/,
  ],
  [
    'train --config taught.json',
    2,
    /Invalid setting: teacher must be a run, a model file .*, not the string "a,,b"/,
  ],
  ['train missing', 2, /no data set "missing" and no file or folder/],
  ['train a --data b', 2, /Give a path or --data, not both: a and b/],
  ['train --overwrite', 2, /--overwrite needs the name of the run to replace/],
  ['lr-find --start-rate 0', 2, /--start-rate must be a number above 0 and at most 100, not "0"/],
  ['lr-find --end-rate 1e3', 2, /--end-rate must be a number above 0 and at most 100/],
  ['lr-find --start-rate 0.1 --end-rate 0.01', 2, /cannot rise from 0\.1 to 0\.01/],
  ['lr-find --steps 5', 2, /--steps must be a whole number from 20 to 100000/],
  ['lr-find --name a/b', 2, /is not a valid name for a run/],
  ['lr-find --recipe deper', 2, /Did you mean deeper\?/],
  ['lr-find --data fasion-mnist', 2, /Did you mean fashion-mnist/],
  ['data augment --epochs 3', 2, /do not change any training image\.\nTurn augmentation on/],
  ['data augment --flip --out a.gif', 2, /--out must be a file that ends in \.svg or \.png, not "a\.gif"/],
  ['data augment --flip --data missing', 2, /no data set "missing"/],
  ['compare a b --out a.txt', 2, /--out must be a file that ends in/],
  ['evaluate', 2, /Give a model, or --recipe/],
  ['evaluate nothing', 2, /no run or model "nothing"/],
  ['report', 2, /couture report needs a run, or --study NAME/],
  ['evaluate nothing --split tes', 2, /Did you mean test\?/],
  ['predict nothing', 2, /Give images to classify, or --test-index/],
  ['summary --hidden 0', 2, /--hidden must be/],
  ['summary --hidden none --blocks 2', 2, /residual blocks need a hidden layer before them/],
  ['summary --norm group', 2, /--norm must be none, batch or layer, not "group"/],
  ['seeds --seeds 5-1', 2, /--seeds must be numbers and ranges/],
  ['seeds --recipes deper', 2, /Did you mean deeper\?/],
  ['seeds --recipe baseline --recipes deeper', 2, /Give --recipe or --recipes, not both/],
  ['seeds --hidden 32 --seed 3', 2, /Unknown option '--seed'\.\nDid you mean --seeds\?/],
  ['ablate flip=yes --seed 3', 2, /Did you mean --seeds\?/],
  ['seeds --write unmarked.md', 2, /unmarked\.md must have exactly one block/],
  ['seeds --write latin1.md', 2, /--write latin1\.md is not valid UTF-8 text/],
  ['seeds --block other', 2, /--block other needs --write/],
  [
    'ablate dropout=none --write unmarked.md --block a:b',
    2,
    /--block must be a name of letters, .*not "a:b"/,
  ],
  ['ablate dropout=none --write unmarked.md --block b', 2, /<!-- table:b -->/],
  ['train --stem edges --init local', 2, /init local.*stem edges/],
];

test('what is asked wrongly is answered before any work, with the right code and the nearest right word', async () => {
  await writeFile(join(cwd, 'broken.json'), '{');
  await writeFile(join(cwd, 'unknown.json'), '{"settings": {"epoch": 1}}');
  await writeFile(join(cwd, 'cooked.json'), '{"recipe": "bestsingle"}');
  const files: Record<string, string | Uint8Array> = {
    'proto.json': '{"settings": {"hidden": [8], "__proto__": [448, 224]}}',
    'twice.json': '{"settings": {"epochs": 1,\n             "epochs": 2}}',
    'binary.json': Uint8Array.of(0x7b, 0xff, 0x7d),
    'stray.json': '{"setings": {}}',
    'flat.json': '{"hidden": [8]}',
    'wide.json': '{"settings": {"hidden": [64, 1000000]}}',
    'typed.json': '{"settings": {"epochs": "5"}}',
    'named.json': '{"settings": {"optimizer": "adma"}}',
    'taught.json': '{"settings": {"teacher": "a,,b", "distillation": 0.5}}',
    'unmarked.md': '# nothing',
    'latin1.md': Uint8Array.of(0x23, 0xe4, 0x0a),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
  const check = async ([args, code, message]: (typeof wrongs)[number]): Promise<void> => {
    const outcome = await couture(args.split(' '), { cwd });
    assert.match(outcome.err, message, args);
    assert.equal(outcome.code, code, args);
    assert.equal(outcome.out, '', args);
    assert.doesNotMatch(outcome.err, /\n {4}at /, 'no stack trace');
    assert.doesNotMatch(
      outcome.err,
      /\^\[|\\p\{|expected (string|number)|Unrecognized/,
      'no words of a library',
    );
  };
  // Several at a time: each is mostly the start of a process.
  for (let i = 0; i < wrongs.length; i += 4) await Promise.all(wrongs.slice(i, i + 4).map(check));
});

test('what does not fit into memory is told with the bytes, before they are taken', async () => {
  const folder = join(cwd, 'large');
  await mkdir(folder);
  await writeBars(join(folder, 'data'));
  const env = { XDG_CACHE_HOME: join(folder, 'cache') };
  await fillCache(join(folder, 'data'), env);
  const large = ['train', '--data', 'mnist', '--hidden', '60000', '--batch-size', '60000', '--epochs', '1'];
  for (const backend of ['wasm', 'reference']) {
    const { code, err } = await couture([...large, '--name', backend, '--backend', backend], {
      cwd: folder,
      env,
    });
    assert.equal(code, 1);
    assert.match(
      err,
      /^error: Out of memory: the engine needs \d\d,\d{3} MiB, but only \d,\d{3} MiB are available\.$/m,
    );
  }
});

test('a stack trace is for --debug alone', async () => {
  const { code, err } = await couture(['evaluate', 'nothing', '--debug'], { cwd });
  assert.equal(code, 2);
  assert.match(err, /\n {4}at .*findModel/);
});

test('summary counts what the published networks have', async () => {
  const shape = { parameters: z.number(), macsPerImage: z.number() };
  const deeper = parseDocument(await couture(['summary', '--recipe', 'deeper', '--json']), shape);
  assert.deepEqual([deeper.command, deeper.parameters, deeper.macsPerImage], ['summary', 409_405, 408_660]);
  const own = parseDocument(await couture(['summary', '--hidden', 'none', '--json']), shape);
  assert.equal(own.parameters, 7850);
  assert.match((await couture(['summary'])).out, /fc3 +Linear +64 → 10/);
  const { out } = await couture(['summary', '--hidden', '512', '--blocks', '3', '--activation', 'gelu']);
  assert.match(
    out,
    /ln6 +LayerNorm +512 +1,024\n *fc6 +Linear +512 → 1024 .*\n *GELU .*\n *fc7 +Linear +1024 → 512/,
  );
  assert.match(out, /Residual +fc5 \+ fc7 +512\n *ln8 +LayerNorm .*\n *fc8 +Linear +512 → 10/);
});

test('checks compares the engine with the reference', async () => {
  const outcome = await couture(['checks', '--threads', '1', '--json']);
  const { equalsReference, backend } = parseDocument(outcome, {
    equalsReference: z.boolean(),
    backend: z.object({ name: z.string(), threads: z.number() }),
  });
  assert.deepEqual([equalsReference, backend.name, backend.threads], [true, 'wasm', 1]);
});

test('without SIMD the engine says so with the backend’s code', { skip: process.arch !== 'x64' }, () => {
  // V8 has no WebAssembly SIMD where the processor lacks SSE 4.1.
  const args = ['--no-enable-sse4-1', bin, 'checks'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.match(stderr, /has no WebAssembly SIMD/);
  assert.equal(status, 4);
});

test('colors are for terminals and for those who ask', async () => {
  const forced = await couture(['evaluate', 'nothing'], { cwd, env: { FORCE_COLOR: '1' } });
  assert.ok(forced.err.includes('\x1b['));
  const plain = await couture(['evaluate', 'nothing'], { cwd });
  assert.ok(!plain.err.includes('\x1b['));
});
