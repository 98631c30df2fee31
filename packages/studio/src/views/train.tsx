/** Training: the curves, the first layer as it learns, and the result with the command that repeats it. */

import { describeTraining, type TrainingHistory } from 'couture/inspect';
import { type EpochMetrics, rateInEpoch } from 'couture/train';
import { changeSetting, start, stopWithoutRoom } from '../actions.ts';
import { duration, percent } from '../format.ts';
import { RunFacts } from '../parts/facts.tsx';
import { Figure } from '../parts/figure.tsx';
import { FirstLayer } from '../parts/first-layer.tsx';
import { Problem } from '../parts/problem.tsx';
import { Rate } from '../parts/rate.tsx';
import type { RunResult } from '../protocol.ts';
import {
  compared,
  details,
  type LiveRun,
  problems,
  run,
  set,
  setup,
  starting,
  taken,
  view,
  waitsForRoom,
} from '../state.ts';

/** The view. */
export function TrainPanel() {
  const { value: live } = run;
  return (
    <>
      <Problem problem={problems.value.train} />
      {set.value === undefined && <Problem problem={problems.value.data} />}
      <Taken />
      <Diverged />
      <Waiting />
      {live === undefined ? <Empty /> : <Progress live={live} />}
      {live?.state === 'training' && (live.trained ? <Ending /> : <Rate live={live} />)}
      <FirstLayer />
    </>
  );
}

/** Where the setup is that of a trial of a study: what Start does, until the setup is changed or trained. */
function takenText(): string | undefined {
  const { value } = taken;
  if (value === undefined || value.setup !== setup.value) return undefined;
  return `The setup has the settings of trial ${value.trial} of the study ${value.study}. Press Start to train it; the run is then also evaluated on the test images.`;
}

/** What the page does between the last epoch and the result. */
function Ending() {
  return (
    <p class="note" role="status">
      All epochs are trained. The test images are classified now, and the training images described, so that
      pictures unlike them can be recognized.
    </p>
  );
}

/** The same beside an earlier run. */
function Taken() {
  const text = takenText();
  if (text === undefined || run.value === undefined) return null;
  return (
    <p class="note" role="status">
      {text}
    </p>
  );
}

/** After a run that diverged: the same with a tenth of the learning rate. */
function Diverged() {
  const { value: live } = run;
  if (live?.state !== 'failed' || !/^Training diverged/.test(problems.value.train?.message ?? ''))
    return null;
  const rate = Number((rateInEpoch(live.config.settings, live.epoch) / 10).toPrecision(6));
  return (
    <div class="row">
      <button
        type="button"
        onClick={() => {
          changeSetting('learningRate', rate);
          void start();
        }}
      >
        Train again with learning rate {rate}
      </button>
    </div>
  );
}

/** Where the browser has no room for the files of the run: what that means, and what can be done. */
function Waiting() {
  if (!waitsForRoom.value) return null;
  return (
    <div class="problem" role="alert">
      <p>The browser has no room left for this page, so the last epochs are not stored yet.</p>
      <p class="hint">
        Keep this page open: they are stored as soon as there is room. Delete runs or images for good in Runs,
        or free room on the disk.
      </p>
      <div class="row">
        <button
          type="button"
          onClick={() => {
            view.value = 'runs';
          }}
        >
          Make room in Runs
        </button>
        <button type="button" class="danger" onClick={() => void stopWithoutRoom()}>
          Stop at the last stored epoch
        </button>
      </div>
    </div>
  );
}

function Empty() {
  const text = starting.value
    ? 'The engine is starting.'
    : set.value?.complete === true
      ? (takenText() ??
        'Choose a recipe and press Start. The network learns in this page: nothing is sent anywhere.')
      : 'The training images are loading. Meanwhile the shipped model answers.';
  return (
    <div class="empty">
      <h2>{starting.value ? 'Starting' : 'No run yet'}</h2>
      <p role="status">{text}</p>
    </div>
  );
}

function Progress({ live }: { readonly live: LiveRun }) {
  const { name, history, notices, result, state, config } = live;
  const others = [...compared.value]
    .filter((other) => other !== name)
    .map((other) => details.value.get(other))
    .filter((other) => other !== undefined);
  const curves = [
    { name, history, select: config.settings.select },
    ...others.map((other) => ({
      name: other.name,
      history: other.history,
      select: other.config.settings.select,
    })),
  ].filter((one) => one.history.some(finite));
  return (
    <>
      {curves.length === 0 ? (
        <div class="empty">
          <h2>{state === 'training' ? 'First epoch' : name}</h2>
          <p>The curves begin after the first epoch.</p>
        </div>
      ) : (
        <Figure
          // The last sentence comes when the run has ended.
          of={`${keyOf(curves)} ${state === 'training'}`}
          draw={({ drawCurves }, options) =>
            drawCurves(
              curves.map((one) =>
                described(
                  one,
                  one.name === name && state === 'training' ? config.settings.epochs : undefined,
                ),
              ),
              options,
            )
          }
        />
      )}
      {state === 'paused' && (
        <p class="note">Paused after {history.length} epochs. The checkpoint is kept in this browser.</p>
      )}
      {notices.map((notice) => (
        <p class="note" key={notice}>
          {notice}
        </p>
      ))}
      {result !== undefined && <Result live={live} result={result} />}
    </>
  );
}

/** Changes when there is something new to draw, and not with every step. */
function keyOf(
  curves: readonly { readonly name: string; readonly history: readonly EpochMetrics[] }[],
): string {
  return curves.map(({ name, history }) => `${name} ${history.length}`).join('; ');
}

/** A history with its sentence. What a run comes to is said once it has ended. */
function described(
  {
    name,
    history,
    select,
  }: {
    readonly name: string;
    readonly history: readonly EpochMetrics[];
    readonly select: 'loss' | 'accuracy' | 'last';
  },
  epochs: number | undefined,
): TrainingHistory {
  const all = describeTraining(name, history, select);
  return epochs === undefined ? all : { ...all, sentence: `epoch ${history.length} of ${epochs}` };
}

function finite({ validationLoss }: EpochMetrics): boolean {
  return Number.isFinite(validationLoss);
}

function Result({ live: { name, command }, result }: { readonly live: LiveRun; readonly result: RunResult }) {
  const { testAccuracy, bestEpoch, weightsSha256, seconds } = result;
  return (
    <section class="card result" aria-label="Result">
      <h2>
        {percent(testAccuracy)}{' '}
        <span>
          test accuracy of {name}, epoch {bestEpoch}, trained in {duration(seconds)}
        </span>
      </h2>
      <RunFacts sha={weightsSha256} command={command} />
    </section>
  );
}
