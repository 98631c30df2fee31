/** Understand: how a model does on the test images, and the images behind each cell of the confusion matrix. */

import { useEffect, useState } from 'preact/hooks';
import { evaluate, predictPicture } from '../actions.ts';
import { request } from '../client.ts';
import { count, percent, plural } from '../format.ts';
import { Figure } from '../parts/figure.tsx';
import { Bitmap } from '../parts/pixels.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Explained, Tiles } from '../protocol.ts';
import { judged, judging, model, picture, problems, set, type Problem as Told } from '../state.ts';

/** Most images of a cell that are shown. */
const MOST = 60;

interface Opened {
  readonly actual: number;
  readonly predicted: number;
  readonly tiles: Tiles & { readonly total: number };
}

/** The view. */
export function UnderstandPanel() {
  const { value } = judged;
  const [opened, setOpened] = useState<Opened | undefined>(undefined);
  useEffect(() => setOpened(undefined), [value]);
  const names = set.value?.info.classNames ?? [];
  const chosen =
    model.value.kind === 'run'
      ? model.value.name
      : model.value.kind === 'live'
        ? 'the network in training'
        : 'compact';
  const open = (actual: number, predicted: number): void => {
    void request('cell', { actual, predicted, columns: 10, most: MOST }).then((tiles) =>
      setOpened({ actual, predicted, tiles }),
    );
  };
  return (
    <>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={judging.value || set.value === undefined}
          onClick={() => void evaluate()}
        >
          {judging.value ? 'Evaluating' : `Evaluate ${chosen} on the test images`}
        </button>
      </div>
      <Problem problem={problems.value.understand} />
      {value === undefined ? (
        <div class="empty">
          <h2>What does it confuse?</h2>
          <p>
            Evaluate a model: the matrix shows how often each class is taken for another, and every cell opens
            its images.
          </p>
        </div>
      ) : (
        <>
          <p class="size">
            <strong>{percent(value.evaluation.accuracy)}</strong> of{' '}
            {plural(value.evaluation.images, 'test image')} by {value.model}; 95% interval{' '}
            {percent(value.evaluation.interval.low)} to {percent(value.evaluation.interval.high)}
          </p>
          <Figure
            of={value}
            draw={({ drawConfusion }, options) => drawConfusion(value.evaluation, options)}
            onCell={open}
          />
          {opened !== undefined && (
            <section class="card" aria-label="Images of the cell" ref={show}>
              <h2>
                {names[opened.actual]} predicted as {names[opened.predicted]}{' '}
                <span>
                  {opened.tiles.images.length < opened.tiles.total &&
                    `the first ${opened.tiles.images.length} of `}
                  {plural(opened.tiles.total, 'test image')}; choose one to predict it
                </span>
              </h2>
              {opened.tiles.total > 0 && (
                <Bitmap
                  bitmap={opened.tiles.bitmap}
                  columns={opened.tiles.columns}
                  count={opened.tiles.images.length}
                  tile={set.value!.info.shape}
                  label={`${opened.tiles.images.length} images`}
                  onPick={(place) =>
                    predictPicture({ kind: 'image', split: 'test', index: opened.tiles.images[place].index })
                  }
                />
              )}
            </section>
          )}
          <Classes />
        </>
      )}
      <Explanation />
    </>
  );
}

/** The pixels that the prediction beside depends on. */
function Explanation() {
  const [explained, setExplained] = useState<Explained | undefined>(undefined);
  const [problem, setProblem] = useState<Told | undefined>(undefined);
  const asked = picture.value;
  const { value: chosen } = model;
  useEffect(() => {
    setExplained(undefined);
    setProblem(undefined);
  }, [asked, chosen]);
  if (asked === undefined) return null;
  const explain = (): void => {
    request('explain', { model: chosen, picture: asked }).then(setExplained, (error: Told) =>
      setProblem(error),
    );
  };
  return (
    <section class="card" aria-label="Explanation">
      <h2>
        Why this prediction?{' '}
        <span>how the probability depends on each pixel of the picture under Predict</span>
      </h2>
      <div class="row">
        <button type="button" disabled={chosen.kind === 'shipped'} onClick={explain}>
          Explain
        </button>
        {chosen.kind === 'shipped' && <p class="hint">Choose a network that was trained here.</p>}
      </div>
      <Problem problem={problem} />
      {explained !== undefined && (
        <Figure
          of={explained}
          draw={({ drawSaliency }, options) =>
            drawSaliency(
              [explained.saliency],
              { ...explained.shape, classNames: explained.classNames },
              options,
            )
          }
        />
      )}
    </section>
  );
}

/** Brings what a click opened into view. */
function show(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

/** The classes in numbers: the matrix as a table for those who do not see it. */
function Classes() {
  const { evaluation } = judged.value!;
  return (
    <section class="card" aria-label="Classes">
      <h2>Classes</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Precision</th>
            <th scope="col">Recall</th>
            <th scope="col">F1</th>
            <th scope="col">Images</th>
          </tr>
        </thead>
        <tbody>
          {evaluation.perClass.map(({ name, precision, recall, f1, support }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{percent(precision, 1)}</td>
              <td>{percent(recall, 1)}</td>
              <td>{percent(f1, 1)}</td>
              <td>{count(support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
