/** `couture tune`: mistakes are told before anything runs. test/long/tune.test.ts runs studies. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command, type Option } from 'commander';
import { couture } from '../../test/command.ts';
import { registerTune } from './commands/tune.ts';
import type { CliContext } from './context.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-tune-'));
after(() => rm(cwd, { recursive: true, force: true }));

test('mistakes are told before anything runs', async () => {
  const refused = async (args: readonly string[], message: RegExp) => {
    const { code, err } = await couture(['tune', ...args], { cwd });
    assert.equal(code, 2, err);
    assert.match(err, message);
  };
  await refused(['--trials', '3'], /A study needs a name\./);
  await refused(['--name', 'a/b'], /--name must be letters/);
  await refused(['--name', 'x', '--time', '5'], /--time must be a duration like 90s/);
  await refused(['show', 'whale'], /There is no study "whale" in runs.tune\.\nStart one: /);
  await refused(['worker', 'whole'], /needs DATABASE_URL/);
  await refused(['show', 'whole', '--trials', '3'], /couture tune show has no option --trials\./);
  await refused(['shwo', 'whole'], /Unknown command "shwo"\./);
  const report = async (args: readonly string[], message: RegExp) => {
    const { code, err } = await couture(['report', ...args], { cwd });
    assert.equal(code, 2, err);
    assert.match(err, message);
  };
  await report([], /couture report needs a run, or --study NAME\./);
  await report(['a', '--study', 'b'], /of runs or of a study, not of both\./);
  await report(['--study', 'whale'], /There is no study "whale" in runs.tune\./);
  await writeFile(join(cwd, 'bad.json'), '{"learningrate": {"type": "float", "low": 0.1, "high": 1}}');
  const bad = ['--name', 'x', '--space', join(cwd, 'bad.json')];
  await refused(bad, /"learningrate", which is not a setting/);
  assert.deepEqual(await readdir(cwd), ['bad.json']);
});

test("options after a command below tune are that command's own", async () => {
  const program = new Command();
  registerTune(program, {} as CliContext);
  const tune = program.commands.find((command) => command.name() === 'tune');
  assert.ok(tune);
  for (const command of tune.commands) {
    const shared: readonly Option[] = command.options.filter((option) =>
      tune.options.some(({ long }) => long === option.long),
    );
    if (shared.length === 0) continue;
    let seen: unknown;
    command.action((_name: unknown, flags: unknown) => {
      seen = flags;
    });
    const given = shared.flatMap(({ long }) => [String(long), '3']);
    await program.parseAsync(['tune', command.name(), 'wide', ...given], { from: 'user' });
    const expected = Object.fromEntries(shared.map((option) => [option.attributeName(), 3]));
    assert.deepEqual(seen, expected, command.name());
  }
  assert.ok(tune.commands.some(({ options }) => options.some(({ long }) => long === '--parallel')));
});
