/** A job under way: what it does, how far it is, and a button that stops it. */

import { X } from 'lucide-preact';
import type { JobName } from '../protocol-see.ts';
import { stop } from '../see-actions.ts';
import { jobProblems, jobs } from '../see-state.ts';
import { Problem } from './problem.tsx';

/** The job; nothing where it is not under way and has no problem. */
export function Job({ name }: { readonly name: JobName }) {
  const progress = jobs.value[name];
  return (
    <>
      {progress !== undefined && (
        <div class="job">
          <p>
            <span>{progress.stage}</span> <span>{Math.round(progress.done * 100)}%</span>
          </p>
          <div
            class="track"
            role="progressbar"
            aria-label={progress.stage}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(progress.done * 100)}
          >
            <span class="bar" style={{ transform: `scaleX(${progress.done.toFixed(4)})` }} />
          </div>
          <button type="button" onClick={() => stop(name)}>
            <X size={16} aria-hidden="true" /> Stop
          </button>
        </div>
      )}
      <Problem problem={jobProblems.value[name]} />
    </>
  );
}
