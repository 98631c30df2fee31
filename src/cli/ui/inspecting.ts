/** Progress of inspecting runs: one bar over all of them. */

import type { InspectProgress } from '../../inspect/inspect.ts';
import type { InspectRunOptions } from '../../runs/inspect.ts';
import type { CliContext } from '../context.ts';
import { dataView } from './data.ts';

/** Approximate share of time of each stage; UMAP takes by far the most. */
const shares: Readonly<Record<InspectProgress['stage'], number>> = {
  data: 0.05,
  predicting: 0.05,
  activity: 0.05,
  saliency: 0.1,
  map: 0.75,
};

/** Options for `inspectRun` and `reportRuns`; `end` closes the bar. */
export function inspectView(
  context: CliContext,
  runs: number,
): Pick<InspectRunOptions, 'signal' | 'env' | 'onData' | 'onInspect'> & { readonly end: () => void } {
  const data = dataView(context);
  let bar: ReturnType<CliContext['progress']> | undefined;
  let before: string | undefined;
  let place = -1;
  return {
    signal: context.signal,
    env: context.env,
    onData: data.onData,
    onInspect({ run, stage, done }) {
      data.end();
      bar ??= context.progress(runs, runs === 1 ? 'inspecting the run' : `inspecting ${runs} runs`);
      if (run !== before) {
        place += 1;
        before = run;
      }
      const stages = Object.entries(shares);
      const earlier = stages.slice(
        0,
        stages.findIndex(([name]) => name === stage),
      );
      const share = earlier.reduce((sum, [, part]) => sum + part, 0) + shares[stage] * done;
      bar.update(place + share, place + share >= runs ? 'done' : `${run}: ${stage}`);
    },
    end() {
      data.end();
      bar?.done();
    },
  };
}
