/**
 * Structure-aware fuzzing of every reader of anything from outside.
 *
 *     npm run soak -- fuzz --count 1000000 --seed 1              the full campaign
 *     npm run soak -- fuzz --count 20000 --only tar,zip          some readers
 *     npm run soak -- fuzz --only tar --seed 1 --number 4711     one input again, with where its error comes from
 *
 * A reader makes a valid file of random structure and, seven times in eight, changes it. The input is refused by a CoutureError in a
 * sentence, or read; what was read is held against what the valid file was made of, and against a second, smaller reader.
 * Inputs are functions of (seed, reader, number). Those that fail are kept under build/soak/fuzz.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Chunk, Failure } from './fuzz/protocol.ts';
import { findReader, readers } from './fuzz/readers.ts';
import { drawTrial, judge } from './fuzz/verdict.ts';
import { WatchedProcess } from './fuzz/watched.ts';

const results = fileURLToPath(new URL('../../build/soak/fuzz', import.meta.url));
/** Inputs that a process gets at a time. */
const CHUNK = 250;
/** Every reader gets at least so many, where there are enough for all. */
const LEAST = 40;
/** Failing inputs that are kept of one reader. */
const MOST_KEPT = 50;
const REPORT_MS = 15_000;

/** What a campaign is asked to do. */
export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Names of readers; all of the table by default. */
  readonly only?: readonly string[] | undefined;
  readonly processes?: number;
  /** Told, in a line, how far it is, and of each fault when it is found. */
  readonly onProgress?: (line: string) => void;
  /** Ends the campaign before its time, with what it has found. */
  readonly signal?: AbortSignal;
}

/** What became of the inputs of one reader. */
interface Counts {
  inputs: number;
  read: number;
  refused: number;
  faults: number;
  /** Of a process, with its starts. */
  seconds: number;
}

export interface FuzzResult {
  readonly failures: readonly Failure[];
  readonly counts: ReadonlyMap<string, Readonly<Counts>>;
  readonly seconds: number;
}

/** Runs a campaign. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const {
    count,
    seed,
    only,
    processes = Math.min(2, availableParallelism()),
    onProgress = () => {},
    signal,
  } = options;
  const chosen = (only ?? readers.map(({ name }) => name)).map(findReader);
  const counts = new Map<string, Counts>();
  const chunks: Chunk[] = [];
  const shares = new Map(shareOut(chosen, count));
  for (const [{ name }, share] of shares) {
    counts.set(name, { inputs: 0, read: 0, refused: 0, faults: 0, seconds: 0 });
    for (let from = 0; from < share; from += CHUNK)
      chunks.push({ reader: name, seed, from, to: Math.min(share, from + CHUNK) });
  }
  // In turns, so that what the campaign shows early is true of all readers.
  const shareOf = new Map([...shares].map(([{ name }, share]) => [name, share]));
  const placeOf = ({ reader, from }: Chunk): number => from / shareOf.get(reader)!;
  chunks.sort((a, b) => placeOf(a) - placeOf(b));
  const failures: Failure[] = [];
  const started = performance.now();
  let tried = 0;
  const scratch = mkdtempSync(join(tmpdir(), 'couture-fuzz-'));
  const listener = {
    onFailure(failure: Failure) {
      failures.push(failure);
      onProgress(`${failure.reader} ${failure.number}: ${failure.fault}: ${failure.words.slice(0, 150)}`);
      counts.get(failure.reader)!.faults += 1;
    },
    onCounts(reader: string, { read, refused }: { read: number; refused: number }) {
      counts.get(reader)!.read += read;
      counts.get(reader)!.refused += refused;
    },
  };
  const timer = setInterval(() => {
    const rate = Math.round((tried / (performance.now() - started)) * 1000);
    onProgress(`${tried} of ${count} inputs, ${rate} a second, ${failures.length} faults`);
  }, REPORT_MS);
  const lane = async (number: number): Promise<void> => {
    const watched = new WatchedProcess(join(scratch, `at-${number}`), listener);
    try {
      for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
        const began = performance.now();
        await watched.run(chunk);
        const done = counts.get(chunk.reader)!;
        done.seconds += (performance.now() - began) / 1000;
        done.inputs += chunk.to - chunk.from;
        tried += chunk.to - chunk.from;
        if (signal?.aborted) return;
      }
    } finally {
      // Where this one failed, the others end as well.
      chunks.length = 0;
      watched.stop();
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: processes }, (_, i) => lane(i)));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    clearInterval(timer);
    rmSync(scratch, { recursive: true, force: true });
  }
  return { failures, counts, seconds: (performance.now() - started) / 1000 };
}

/** How many inputs each reader gets: by its weight, and at least a few. */
function shareOut<Weighed extends { readonly weight: number }>(
  chosen: readonly Weighed[],
  count: number,
): [Weighed, number][] {
  const least = Math.min(LEAST, Math.floor(count / chosen.length));
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const rest = count - least * chosen.length;
  return chosen.map((reader) => [reader, least + Math.floor((rest * reader.weight) / weights)]);
}

/** Writes the inputs that failed, and beside each what was wrong. Returns where they lie. */
async function keep(failures: readonly Failure[]): Promise<string> {
  mkdirSync(results, { recursive: true });
  const kept = new Map<string, number>();
  for (const { reader: name, seed, number, fault, words } of failures) {
    const before = kept.get(name) ?? 0;
    kept.set(name, before + 1);
    if (before >= MOST_KEPT) continue;
    const { input } = await drawTrial(findReader(name), seed, number);
    const stem = join(results, `${name.replaceAll(' ', '-')}-${seed}-${number}`);
    writeFileSync(`${stem}.bin`, input);
    writeFileSync(`${stem}.txt`, `${name}, seed ${seed}, number ${number}: ${fault}\n${words}\n`);
  }
  return results;
}

/** The command. */
export async function fuzz(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      number: { type: 'string' },
      processes: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    },
  });
  const seed = whole('--seed', values.seed);
  const only = values.only?.split(',');
  if (values.number !== undefined) return await again(only ?? [], seed, whole('--number', values.number));
  const count = whole('--count', values.count);
  const processes = whole('--processes', values.processes);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const onProgress = (line: string): void => console.error(line);
  const result = await runFuzz({ count, seed, only, processes, onProgress, signal: stop.signal });
  const { failures, counts, seconds } = result;
  for (const line of table(counts)) console.log(line);
  const inputs = [...counts.values()].reduce((sum, of) => sum + of.inputs, 0);
  const rate = Math.round(inputs / seconds);
  for (const line of groups(failures)) console.log(line);
  if (failures.length > 0) console.log(`The inputs are in ${await keep(failures)}.`);
  console.log(
    `seed ${seed}: ${inputs} inputs, ${failures.length} faults, ${seconds.toFixed(0)} s, ${rate} a second`,
  );
  return failures.length;
}

function whole(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${flag} must be a whole number, not "${text}".`);
}

/** One input again: the stack of its error is printed whole. */
async function again(only: readonly string[], seed: number, number: number): Promise<number> {
  if (only.length !== 1) throw new Error('--number needs the one reader that --only names.');
  const reader = findReader(only[0]);
  const trial = await drawTrial(reader, seed, number);
  console.log(`${trial.input.length} bytes, ${trial.isValid ? 'as they were made' : 'mutated'}`);
  const verdict = await judge(reader, trial);
  console.log(verdict.outcome === 'fault' ? `${verdict.fault}: ${verdict.words}` : verdict.outcome);
  if (verdict.outcome !== 'fault') return 0;
  const failure = { reader: reader.name, seed, number, fault: verdict.fault, words: verdict.words };
  console.log(`The input is in ${await keep([failure])}.`);
  return 1;
}

function table(counts: FuzzResult['counts']): string[] {
  const cells = [...counts].map(([name, { inputs, read, refused, faults, seconds }]) => [
    name,
    ...[inputs, read, refused, faults, ((1000 * seconds) / Math.max(1, inputs)).toFixed(2)].map(String),
  ]);
  const rows = [['reader', 'inputs', 'read', 'refused', 'faults', 'ms each'], ...cells];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
}

/** Faults that are alike, once, with the first input that shows them. */
function groups(failures: readonly Failure[]): string[] {
  const alike = new Map<string, Failure[]>();
  for (const failure of failures) {
    const [first, second = ''] = failure.words.split('\n');
    const key = `${failure.reader} ${failure.fault} ${first.replace(/\d+/g, 'N').slice(0, 60)} ${second.slice(0, 120)}`;
    alike.set(key, [...(alike.get(key) ?? []), failure]);
  }
  return [...alike.values()].flatMap((group) => {
    const { reader, seed, number, fault, words } = group[0];
    const head = `\n${group.length} x ${reader}: ${fault} (npm run soak -- fuzz --only "${reader}" --seed ${seed} --number ${number})`;
    return [head, words];
  });
}
