/**
 * The process of one trial: it trains and reports, and knows no database. Training blocks its event loop, so the process that
 * sends heartbeats is another.
 */

import { CoutureError } from '../../../core/errors.ts';
import { trainTrial } from '../../../study/train-trial.ts';
import { nodePlatform } from '../platform.ts';
import type { FromTrial, ToTrial } from './trial-messages.ts';

const stop = new AbortController();

async function tell(message: FromTrial): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

process.on('message', (message: ToTrial) => {
  if (message.type === 'stop') stop.abort();
  else void carryOut(message);
});
// Ctrl-C reaches every process of a terminal; the study says what ends.
process.on('SIGINT', () => {});
// Without the study nobody reads the result, and a new study needs the folder.
process.on('disconnect', () => setImmediate(() => process.exit()));

async function carryOut({ config, root, name, threads }: Extract<ToTrial, { type: 'order' }>): Promise<void> {
  try {
    const { end, best } = await trainTrial(nodePlatform, {
      config,
      root,
      name,
      threads,
      signal: stop.signal,
      onEpoch: (metrics) => void tell({ type: 'epoch', metrics }),
    });
    await tell({ type: 'end', end, best: best ?? null });
  } catch (error) {
    if (stop.signal.aborted) await tell({ type: 'end', end: 'stopped', best: null });
    else if (error instanceof CoutureError && error.kind !== 'runtime')
      await tell({ type: 'refused', message: error.message });
    else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  } finally {
    process.disconnect?.();
  }
}
