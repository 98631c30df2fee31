/**
 * A process of the campaign: tries inputs one after the other. Before each it writes the input's number to a file, so that the
 * campaign knows which one it was when the process hangs or is gone.
 */

import { openSync, writeSync } from 'node:fs';
import { type Chunk, type FromProcess, MOST_MEMORY, REPLACE_ME } from './protocol.ts';
import { findReader } from './readers.ts';
import { drawTrial, type Fault, judge, stackOf } from './verdict.ts';

const mark = openSync(process.argv[2], 'r+');
const word = new Float64Array(1);
let current: { readonly chunk: Chunk; number: number } | undefined;

function tell(message: FromProcess): void {
  process.send?.(message);
}

function tellFailure(fault: Fault, words: string): void {
  if (current === undefined) return;
  const { chunk, number } = current;
  tell({ type: 'failure', failure: { reader: chunk.reader, seed: chunk.seed, number, fault, words } });
}

/** Ends once everything is told. */
function replace(counts: { readonly read: number; readonly refused: number }): void {
  process.send?.({ type: 'counts', ...counts, isDone: false } satisfies FromProcess, () =>
    process.exit(REPLACE_ME),
  );
}

async function work(chunk: Chunk): Promise<void> {
  const reader = findReader(chunk.reader);
  const counts = { read: 0, refused: 0 };
  current = { chunk, number: chunk.from };
  for (; current.number < chunk.to; current.number++) {
    word[0] = current.number;
    writeSync(mark, new Uint8Array(word.buffer), 0, 8, 0);
    const trial = await drawTrial(reader, chunk.seed, current.number).catch(stackOf);
    if (typeof trial === 'string') return tell({ type: 'broken', words: trial });
    const verdict = await judge(reader, trial);
    if (verdict.outcome === 'fault') tellFailure(verdict.fault, verdict.words);
    else counts[verdict.outcome] += 1;
    const { maxRSS } = process.resourceUsage();
    const isFull = maxRSS * 1024 > MOST_MEMORY;
    if (isFull) tellFailure('memory', `the process reached ${Math.round(maxRSS / 1024)} MiB`);
    if (isFull || (verdict.outcome === 'fault' && verdict.fault === 'prototype')) return replace(counts);
  }
  current = undefined;
  tell({ type: 'counts', ...counts, isDone: true });
}

process.on('message', (chunk: Chunk) => void work(chunk));
process.on('uncaughtException', (error) => {
  tellFailure('error', `nobody caught it: ${stackOf(error)}`);
  replace({ read: 0, refused: 0 });
});
process.on('disconnect', () => process.exit());
