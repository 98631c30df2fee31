/** Commands that errors, hints, helps and figures name: each exists, with every option that is named beside it. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { couture } from '../../test/command.ts';
import { commands } from './commands.ts';
import { processContext } from './context.ts';
import { nameHere } from './other-names.ts';
import { openOutlets } from './outlets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const context = processContext(
  new AbortController().signal,
  openOutlets(process, () => {}),
);
const program = new Command('couture').option('--debug').option('--version');
before(async () => {
  for (const { load } of commands) (await load())(program, context);
});

/** A command as a sentence or an example names it. */
interface Mention {
  readonly place: string;
  readonly text: string;
}

/** The lines of code that name a command, without comments. */
function mentions(): Mention[] {
  return ['src', 'packages/studio/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$/.test(file))
      .flatMap((file) =>
        readFileSync(join(root, folder, file), 'utf8')
          .split('\n')
          .flatMap((line, i) => {
            if (/^\s*(\/?\*|\/\/)/.test(line)) return [];
            const found = line.matchAll(/\bcouture (?=[a-z-])([^`'"|\\]*)/g);
            return [...found].map(([, text]) => ({ place: `${folder}/${file}:${i + 1}`, text }));
          }),
      ),
  );
}

/** The command that words begin with. */
function commandOf(words: readonly string[]): Command {
  let command: Command = program;
  for (const word of words) {
    const found = command.commands.find((each) => each.name() === word);
    if (found === undefined) break;
    command = found;
  }
  return command;
}

/** What is wrong with a mention; undefined for a command that works as it is named. */
function faultOf(text: string): string | undefined {
  // A sentence goes on after its command; two or more spaces separate the explanation of an example.
  const [head] = text.split(/[,;:]\s|\.(?:\s|$)| {2,}|\)/);
  const words = head.split(' ').filter((word) => word !== '');
  const command = commandOf(words);
  if (command === program) return words[0]?.startsWith('-') ? undefined : `there is no command ${words[0]}`;
  const flags = words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/[^a-z-].*$/, ''));
  const known = ['--help', ...[command, program].flatMap(({ options }) => options.map(({ long }) => long))];
  const stranger = flags.find((flag) => !known.includes(flag));
  if (stranger !== undefined) return `${command.name()} has no option ${stranger}`;
  // A group of commands alone prints its help and fails.
  const isGroup = command.commands.length > 0 && Reflect.get(command, '_actionHandler') == null;
  return isGroup && !flags.includes('--help') ? `${command.name()} needs one of its commands` : undefined;
}

test('every command that a message names exists, with its options', () => {
  const found = mentions();
  assert.ok(found.length > 150, `${found.length} mentions`);
  const wrong = found.flatMap(({ place, text }) => {
    const fault = faultOf(text);
    return fault === undefined ? [] : [`${place}: ${fault}: couture ${text}`];
  });
  assert.deepEqual(wrong, []);
});

test('a hint with a missing command or option would be found', () => {
  assert.equal(faultOf('runs lists the runs'), 'runs needs one of its commands');
  assert.equal(faultOf('rums list'), 'there is no command rums');
  assert.equal(faultOf('report --studdy widths'), 'report has no option --studdy');
  for (const fine of ['runs list', 'tune --recipe baseline', 'data --help', 'train set.zip --epochs 5.'])
    assert.equal(faultOf(fine), undefined, fine);
});

test('the examples of a help use only options that it lists', async () => {
  const shown = (command: Command): string[] =>
    command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
  const train = program.commands.find((each) => each.name() === 'train') ?? assert.fail();
  const unlisted: string[] = [];
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program).slice(1)) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    const [, examples = ''] = help.split('Examples:\n');
    for (const [, words] of examples.matchAll(/^ +couture (.*(?:\\\n.*)?)/gm)) {
      const target = commandOf(words.split(' '));
      // The settings of a run are listed by train; other commands refer to it.
      const listed = [...shown(target), ...shown(command), ...shown(train), '--help', '--help-all'];
      for (const [flag] of words.matchAll(/--[a-z-]+/g))
        if (!listed.includes(flag)) unlisted.push(`${command.name()} --help: ${flag} in: couture ${words}`);
    }
  }
  assert.deepEqual(unlisted, []);
});

test('names of other programs lead to ours, where the command has them', () => {
  assert.equal(nameHere('lr', ['learning-rate', 'epochs']), 'learning-rate');
  assert.equal(nameHere('lr', ['epochs']), undefined);
  assert.equal(nameHere('constructor', ['epochs']), undefined);
});

test('a wrong or missing option gets a hint that helps, and no list twice', async () => {
  const hints = [
    [['train', '--lr', '0.1'], "error: Unknown option '--lr'.\nDid you mean --learning-rate?\n"],
    [
      ['predict', '--lr', '1'],
      "error: Unknown option '--lr'.\nAdd --help to see the arguments and options.\n",
    ],
    [['ablate', 'lr=1'], 'error: There is no setting "lr".\nDid you mean learning-rate?\n'],
    [
      ['export', 'x', '--to', 'tflite', '--out', 'y'],
      'error: --to must be pytorch, onnx, html, esm or hf, not "tflite".\n',
    ],
    [
      ['train', '--backend', 'cuda'],
      'error: --backend takes auto, cpu, gpu, wasm, webgpu or reference, not "cuda".\n',
    ],
    [
      ['figures', 'a b'],
      "error: --out is missing.\nGive the folder for the files: couture figures 'a b' --out figures\n",
    ],
    [
      ['pack', 'a', 'b'],
      'error: --out is missing.\nGive the file to write: couture pack a b --out model.safetensors\n',
    ],
    [
      ['report'],
      'error: couture report needs a run, or --study NAME.\n`couture runs list` lists the runs, and `couture tune list` the studies.\n',
    ],
  ] as const;
  const answers = await Promise.all(hints.map(([args]) => couture([...args])));
  for (const [i, { code, err }] of answers.entries()) {
    assert.equal(code, 2, hints[i][0].join(' '));
    assert.equal(err, hints[i][1]);
  }
});
