/**
 * How long it takes to reach an accuracy, start to end: `couture train` as a user gives it, by the clock, seed by seed. And
 * whole trainings of recipes by the same clock.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, progress, say } from '../bench.ts';
import { describeMachine } from '../machine.ts';
import { cores, root } from '../starts.ts';

/** What is trained, and by how many seeds. */
export interface Command {
  /** Test accuracy that the mean over the seeds is to reach; null where the training is timed for its own sake. */
  readonly goal: number | null;
  readonly recipe: string;
  readonly epochs: number | null;
  readonly seeds: number;
}

/** One training. */
export interface Timed {
  readonly seed: number;
  /** From the start of the process to its end: images, training, checkpoints and the test. */
  readonly seconds: number;
  /** Of that, training with its validations. */
  readonly training: number;
  readonly validationAccuracy: number;
  readonly testAccuracy: number;
  readonly weightsSha256: string;
  /** results.csv of the run. */
  readonly log: readonly string[];
}

export interface TimedCommand extends Command {
  readonly runs: readonly Timed[];
}

/** What is stored, with where and when it was measured. */
export interface TimeTo {
  readonly date: string;
  readonly machine: string;
  readonly couture: string;
  readonly cores: number;
  readonly commands: readonly TimedCommand[];
}

const goals: readonly Command[] = [
  { goal: 0.9, recipe: 'fast-92', epochs: 1, seeds: 5 },
  { goal: 0.9, recipe: 'fast-90', epochs: null, seeds: 5 },
  { goal: 0.91, recipe: 'fast-92', epochs: 2, seeds: 5 },
  { goal: 0.92, recipe: 'fast-92', epochs: null, seeds: 5 },
  { goal: 0.93, recipe: 'fast-93', epochs: null, seeds: 3 },
  { goal: null, recipe: 'deeper', epochs: null, seeds: 3 },
  { goal: null, recipe: 'best-single', epochs: null, seeds: 1 },
];

/** The command line, without its seed. */
export function commandText({ recipe, epochs }: Command): string {
  return `couture train --recipe ${recipe}${epochs === null ? '' : ` --epochs ${epochs}`}`;
}

/** @param stored the last measurement, from which recipes that are not measured again are taken */
export function measureTimeTo(bench: Bench, stored: TimeTo | undefined): TimeTo {
  const folder = mkdtempSync(join(tmpdir(), 'couture-bench-'));
  // However the run ends.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { recipes } = bench.options;
  const origin = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    couture: `${runCouture(folder, ['--version']).trim()} on Node ${process.versions.node}`,
    cores,
  };
  const commands = goals.flatMap((command, i) => {
    if (recipes && !recipes.includes(command.recipe)) return kept(command, origin, stored);
    return timeCommand(bench, command, join(folder, String(i))) ?? [];
  });
  return { commands, ...origin };
}

/** A command as it was measured before, on the same day and machine. */
function kept(command: Command, origin: Omit<TimeTo, 'commands'>, stored: TimeTo | undefined): TimedCommand {
  const same = (Object.keys(origin) as (keyof typeof origin)[]).every((key) => stored?.[key] === origin[key]);
  const found = stored?.commands.find((each) => commandText(each) === commandText(command));
  if (same && found) return found;
  throw new Error(
    `${commandText(command)} was not measured today on this machine: measure all, without --recipes.`,
  );
}

/** Every seed of a command. Where one fails there is no mean, and so no command. */
function timeCommand(bench: Bench, command: Command, folder: string): TimedCommand | undefined {
  // A look at whether everything runs needs no more than that.
  const seen = bench.options.quick ? { ...command, epochs: 1, seeds: 1 } : command;
  mkdirSync(folder);
  try {
    return { ...seen, runs: Array.from({ length: seen.seeds }, (_, i) => timeOne(folder, seen, i + 1)) };
  } catch (error) {
    bench.lack(commandText(seen), error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function timeOne(folder: string, command: Command, seed: number): Timed {
  const text = `${commandText(command)} --seed ${seed}`;
  progress(text);
  const began = performance.now();
  // The CPU: on a machine with a GPU the bits, and the time, would be another's.
  const args = [...text.split(' ').slice(1), '--name', `seed-${seed}`, '--backend', 'cpu', '--json'];
  const figures = JSON.parse(runCouture(folder, args));
  const seconds = (performance.now() - began) / 1000;
  const log = readFileSync(join(folder, `runs/train/seed-${seed}/results.csv`), 'utf8')
    .trim()
    .split('\n');
  const { validationAccuracy, testAccuracy, weightsSha256 } = figures;
  say(`${text}: ${seconds.toFixed(1)} s, test accuracy ${(100 * testAccuracy).toFixed(2)}%`);
  return { seed, seconds, training: figures.seconds, validationAccuracy, testAccuracy, weightsSha256, log };
}

/** What the command line wrote to standard output. */
function runCouture(cwd: string, args: readonly string[]): string {
  const bin = join(root, 'packages/couture/bin/couture.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`couture ${args.join(' ')} failed: ${stderr.trim()}`);
  return stdout;
}
