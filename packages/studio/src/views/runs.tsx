/** Runs of this browser: results, curves side by side, resuming, and files to take along. */

import { describeTraining } from 'couture/inspect';
import { Download, Play, Trash2 } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { chooseModel, exportFile, removeRun, resume } from '../actions.ts';
import { percent } from '../format.ts';
import { Figure } from '../parts/figure.tsx';
import { Problem } from '../parts/problem.tsx';
import type { StoredRun } from '../protocol.ts';
import { compared, problems, runs, view } from '../state.ts';

/** Runs that are drawn in one figure at most: it has no more colors. */
const MOST_COMPARED = 4;

/** The view. */
export function RunsPanel() {
  const { value } = runs;
  const chosen = (value ?? []).filter(({ name, history }) => compared.value.has(name) && history.length > 0);
  return (
    <>
      <Problem problem={problems.value.runs} />
      {value === undefined || value.length === 0 ? (
        <div class="empty">
          <h2>{value === undefined ? 'Loading' : 'No runs yet'}</h2>
          <p>Every run is kept in this browser, with its checkpoints, until you remove it.</p>
        </div>
      ) : (
        <ul class="run-list">
          {value.map((run) => (
            <Row key={run.path} run={run} />
          ))}
        </ul>
      )}
      {chosen.length > 0 && (
        <Figure
          of={chosen.map(({ name, history }) => `${name} ${history.length}`).join('; ')}
          draw={({ drawCurves }, options) =>
            drawCurves(
              chosen.map(({ name, history, config }) =>
                describeTraining(name, history, config?.settings.select),
              ),
              options,
            )
          }
        />
      )}
    </>
  );
}

function Row({ run }: { readonly run: StoredRun }) {
  const [asking, setAsking] = useState(false);
  const {
    name,
    state,
    problem,
    testAccuracy,
    epochsDone = 0,
    epochs = 0,
    started,
    weightsSha256,
    command,
  } = run;
  const full = compared.value.size >= MOST_COMPARED && !compared.value.has(name);
  const compare = (on: boolean): void => {
    const names = new Set(compared.value);
    if (on) names.add(name);
    else names.delete(name);
    compared.value = names;
  };
  return (
    <li class="card">
      <h2>
        {name}{' '}
        <span>
          {state === 'finished'
            ? `${percent(testAccuracy ?? 0)} test accuracy`
            : `${state}, ${epochsDone} of ${epochs} epochs`}
        </span>
      </h2>
      {problem !== undefined && <p class="problem">{problem}</p>}
      <p class="hint">
        {run.data}
        {started !== undefined && `, started ${new Date(started).toLocaleString()}`}
      </p>
      {weightsSha256 !== undefined && <code class="sha">{weightsSha256}</code>}
      {command !== undefined && <code class="sha">{command}</code>}
      <div class="row">
        <label class="check">
          <input
            type="checkbox"
            checked={compared.value.has(name)}
            disabled={full || epochsDone === 0}
            onChange={({ currentTarget }) => compare(currentTarget.checked)}
          />
          curves
        </label>
        {state === 'unfinished' && (
          <button type="button" onClick={() => void resume(name)}>
            <Play size={16} aria-hidden="true" /> Resume
          </button>
        )}
        {state === 'finished' && (
          <>
            <button
              type="button"
              onClick={() => {
                chooseModel({ kind: 'run', name });
                view.value = 'understand';
              }}
            >
              Understand
            </button>
            <button type="button" onClick={() => void exportFile(name, 'model')}>
              <Download size={16} aria-hidden="true" /> Model
            </button>
          </>
        )}
        {state !== 'damaged' && (
          <>
            <button type="button" onClick={() => void exportFile(name, 'config')}>
              <Download size={16} aria-hidden="true" /> Config
            </button>
            <button type="button" onClick={() => void exportFile(name, 'run')}>
              <Download size={16} aria-hidden="true" /> Run
            </button>
          </>
        )}
        {asking ? (
          <>
            <button type="button" class="danger" onClick={() => void removeRun(name)}>
              Remove it for good
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Keep
            </button>
          </>
        ) : (
          <button
            type="button"
            class="icon"
            aria-label={`Remove ${name}`}
            disabled={state === 'in use'}
            onClick={() => setAsking(true)}
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        )}
      </div>
    </li>
  );
}
