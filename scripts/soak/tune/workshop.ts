/** A folder with a small data set and a search space, and `couture tune` as processes in it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { studySchema } from '../../../src/study/schema.ts';
import type { Study } from '../../../src/study/study.ts';
import { writeBars } from '../../../test/bars-data.ts';

const command = fileURLToPath(new URL('../../../packages/couture/bin/couture.js', import.meta.url));

/** How a process ended. */
export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A running command. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A place for studies. */
export interface Workshop {
  readonly folder: string;
  /** Starts `couture ARGS`. */
  start(args: readonly string[]): Running;
  /** Runs `couture ARGS`, which must not fail. */
  run(args: readonly string[]): Promise<string>;
  /** Arguments of `couture tune` for a study of so many trials. */
  study(name: string, trials: number): readonly string[];
  /** The study as `couture tune show` tells it. */
  show(name: string): Promise<Study>;
}

const TRAIN_IMAGES = 3000;

/** Makes a workshop in a new folder below `root`. All have the same data, so that their studies can be compared. */
export async function makeWorkshop(root: string, databaseUrl = ''): Promise<Workshop> {
  const folder = await mkdtemp(join(root, 'studies-'));
  await mkdir(join(folder, 'cache'));
  await writeBars(join(folder, 'bars'), { train: TRAIN_IMAGES, test: 500 });
  const space = {
    learningRate: { type: 'float', low: 1e-4, high: 0.1, log: true },
    'hidden[0]': { type: 'int', low: 4, high: 64, log: true },
    optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
    momentum: { type: 'float', low: 0.5, high: 0.95, when: { optimizer: ['sgd'] } },
  };
  await writeFile(join(folder, 'space.json'), JSON.stringify(space));
  const env = {
    ...process.env,
    COUTURE_CACHE: join(folder, 'cache'),
    COUTURE_BACKEND: 'cpu',
    NO_COLOR: '1',
    DATABASE_URL: databaseUrl,
  };
  const start = (args: readonly string[]): Running => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on('data', (text) => out.push(String(text)));
    child.stderr.on('data', (text) => err.push(String(text)));
    const ended = new Promise<Ended>((resolve) =>
      child.once('close', (code) => resolve({ code, out: out.join(''), err: err.join('') })),
    );
    return { process: child, ended };
  };
  const run = async (args: readonly string[]): Promise<string> => {
    const { code, out, err } = await start(args).ended;
    if (code !== 0) throw new Error(`couture ${args.join(' ')} ended with ${code}: ${err}`);
    return out;
  };
  const document = z.object({ plan: studySchema.shape.plan, trials: studySchema.shape.trials });
  return {
    folder,
    start,
    run,
    study: (name, trials) => [
      ...['tune', '--name', name, '--trials', String(trials), '--data', 'bars', '--space', 'space.json'],
      ...['--epochs', '4', '--seed', '7', '--parallel', '1', '--threads', '1'],
    ],
    show: async (name) => ({
      version: 1,
      ...document.parse(JSON.parse(await run(['tune', 'show', name, '--json']))),
    }),
  };
}

/** The process ids of the trials of a command; none where the system does not tell them. */
export function childrenOf({ pid }: ChildProcess): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}
