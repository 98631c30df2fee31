/** A problem in words, beside the place that it is about. */

import type { Problem as Told } from '../state.ts';

/** What is wrong and what to do; nothing where nothing is wrong. */
export function Problem({ problem }: { readonly problem: Told | undefined }) {
  if (problem === undefined) return null;
  return (
    <div class="problem" role="alert">
      <p>{problem.message}</p>
      {problem.hint !== undefined && <p class="hint">{problem.hint}</p>}
    </div>
  );
}
