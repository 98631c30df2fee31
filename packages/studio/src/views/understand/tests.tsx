/** A model on the test images: the confusion matrix whose cells open images, the classes, and the worst mistakes. */

import { useEffect, useState } from 'preact/hooks';
import { predictPicture } from '../../actions.ts';
import { request } from '../../client.ts';
import { percent, plural } from '../../format.ts';
import { Figure } from '../../parts/figure.tsx';
import { Bitmap } from '../../parts/pixels.tsx';
import type { Judged, Tiles } from '../../protocol.ts';
import { judged, set } from '../../state.ts';
import { Classes } from './classes.tsx';
import { Losses } from './losses.tsx';

/** Most images of a cell that are shown. */
const MOST = 60;

interface Opened {
  readonly actual: number;
  readonly predicted: number;
  readonly tiles: Tiles & { readonly total: number };
}

/** The evaluation, once there is one. */
export function Tests() {
  const { value } = judged;
  if (value === undefined)
    return (
      <div class="empty">
        <h2>What does it confuse?</h2>
        <p>
          Evaluate a model: the matrix shows how often each class is taken for another, every cell opens its
          images, and the worst mistakes come first.
        </p>
      </div>
    );
  return (
    <>
      <p class="size">
        <strong>{percent(value.evaluation.accuracy)}</strong> of{' '}
        {plural(value.evaluation.images, 'test image')} by {value.model}; 95% interval{' '}
        {percent(value.evaluation.interval.low)} to {percent(value.evaluation.interval.high)}
      </p>
      <Matrix judged={value} />
      <Losses of={value} />
      <Classes evaluation={value.evaluation} />
    </>
  );
}

function Matrix({ judged: value }: { readonly judged: Judged }) {
  const [opened, setOpened] = useState<Opened | undefined>(undefined);
  useEffect(() => setOpened(undefined), [value]);
  const names = value.evaluation.perClass.map(({ name }) => name);
  const tile = set.value?.info.shape;
  const open = (actual: number, predicted: number): void => {
    void request('cell', { actual, predicted, columns: 10, most: MOST }).then((tiles) =>
      setOpened({ actual, predicted, tiles }),
    );
  };
  return (
    <>
      <Figure
        of={value}
        draw={({ drawConfusion }, options) => drawConfusion(value.evaluation, options)}
        onCell={open}
      />
      {opened !== undefined && tile !== undefined && (
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
              tile={tile}
              label={`${opened.tiles.images.length} images`}
              onPick={(place) =>
                predictPicture({ kind: 'image', split: 'test', index: opened.tiles.images[place].index })
              }
            />
          )}
        </section>
      )}
    </>
  );
}

/** Brings what a click opened into view. */
function show(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}
