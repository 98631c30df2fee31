/** Start, pause and resume, and how far training is: always to be seen. */

import { Pause, Play, RotateCcw } from 'lucide-preact';
import { pause, resume, start } from '../actions.ts';
import { count, duration, percent } from '../format.ts';
import { type LiveRun, resolved, run, set, starting } from '../state.ts';

/** Steps done of all steps, 0 to 1. */
function shareOf({ epoch, step, steps, config, history }: LiveRun): number {
  const done = history.length >= epoch ? history.length : epoch - 1 + step / Math.max(1, steps);
  return Math.min(1, done / config.settings.epochs);
}

/** Seconds left, from the mean of the last epochs; undefined before the first. */
function secondsLeft(run: LiveRun): number | undefined {
  const recent = run.history.slice(-5);
  if (recent.length === 0) return undefined;
  const each = recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
  return each * run.config.settings.epochs * (1 - shareOf(run));
}

/** The bar at the bottom. */
export function Transport() {
  const { value: live } = run;
  const training = live?.state === 'training';
  const busy = starting.value || training;
  const ready = 'config' in resolved.value && set.value?.complete === true;
  const last = live?.history.at(-1);
  const left = live !== undefined && training ? secondsLeft(live) : undefined;
  const share = live === undefined ? 0 : shareOf(live);
  return (
    <footer class="transport">
      <div class="buttons">
        {busy ? (
          <button type="button" class="primary" onClick={() => void pause()} disabled={!training}>
            <Pause size={18} aria-hidden="true" /> {training ? 'Pause' : 'Starting'}
          </button>
        ) : live?.state === 'paused' ? (
          <>
            <button type="button" class="primary" onClick={() => void resume(live.name)}>
              <Play size={18} aria-hidden="true" /> Resume
            </button>
            <button type="button" onClick={() => void start()} disabled={!ready}>
              <RotateCcw size={18} aria-hidden="true" /> New run
            </button>
          </>
        ) : (
          <button type="button" class="primary" onClick={() => void start()} disabled={!ready}>
            <Play size={18} aria-hidden="true" /> Start
          </button>
        )}
      </div>
      <div class="progress">
        <div
          class="track"
          role="progressbar"
          aria-label="Training"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(share * 100)}
        >
          <span class="bar" style={{ transform: `scaleX(${share.toFixed(4)})` }} />
        </div>
        <dl>
          <Fact
            name="Epoch"
            value={
              live === undefined
                ? '–'
                : `${Math.min(live.epoch, live.config.settings.epochs)} / ${live.config.settings.epochs}`
            }
          />
          <Fact name="Loss" value={(live?.loss ?? last?.trainLoss)?.toFixed(4) ?? '–'} />
          <Fact name="Accuracy" value={last === undefined ? '–' : percent(last.validationAccuracy)} />
          <Fact
            name="Images/s"
            value={live?.imagesPerSecond === undefined ? '–' : count(live.imagesPerSecond)}
          />
          <Fact name="Left" value={left === undefined ? '–' : duration(left)} />
        </dl>
      </div>
    </footer>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
