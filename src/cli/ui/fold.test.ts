import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Command } from 'commander';
import { commands } from '../commands.ts';
import { processContext } from '../context.ts';
import { openOutlets } from '../outlets.ts';
import { fold } from './fold.ts';

const context = processContext(
  new AbortController().signal,
  openOutlets(process, () => {}),
);

test('sentences are wrapped between words, with their indentation and colors', () => {
  assert.equal(fold('one two three four\n', 9), 'one two\nthree\nfour\n');
  assert.equal(fold('  one two three', 9), '  one two\n  three');
  assert.equal(fold('\u001B[1mone\u001B[22m two', 7), '\u001B[1mone\u001B[22m two');
  assert.equal(fold('a-word-that-is-longer', 9), 'a-word-that-is-longer');
});

test('commands and rows of numbers stay as they are', () => {
  for (const line of [
    'run  epochs  accuracy',
    '  npx couture evaluate small',
    'npx couture report a b',
    '  couture evaluate small',
  ])
    assert.equal(fold(line, 9), line);
});

test('the last column of a row is wrapped below itself, or stands on a line of its own', () => {
  const row = '  couture data list    list the known data sets and the imported ones';
  assert.equal(
    fold(row, 50),
    '  couture data list    list the known data sets\n                       and the imported ones',
  );
  assert.equal(
    fold(row, 40),
    '  couture data list\n      list the known data sets and the\n      imported ones',
  );
  const colors = row.replace('known', '\u001B[1mknown\u001B[22m');
  assert.equal(stripVTControlCharacters(fold(colors, 50)), fold(row, 50));
  assert.equal(fold(row, 80), row);
});

test('no line of a help is wider than 80 columns, except a command to copy', async () => {
  const wide: string[] = [];
  for (const { name, load } of commands) {
    const program = new Command('couture');
    (await load())(program, context);
    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    for (const command of all(program).slice(1)) {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
      command.outputHelp();
      // Paragraphs have their own line ends: folded again, they would have a word alone on a line.
      for (const line of text.split('\n').filter((each) => /^\S/.test(each)))
        if (line.length > 80) wide.push(`${name}: ${line}`);
      for (const line of fold(text, 80).split('\n'))
        assert.ok(line.length <= 80 || /^ +couture /.test(line), `${name}: ${line}`);
    }
  }
  assert.deepEqual(wide, []);
});
