/** Training images that are most like the picture under Predict. */

import { predictPicture } from '../actions.ts';
import { request } from '../client.ts';
import { count, percent } from '../format.ts';
import { answer, model, seenPicture, set } from '../state.ts';
import { Problem } from './problem.tsx';
import { Thumb } from './thumb.tsx';
import { useRequest } from './use-request.ts';

/** Images that are shown. */
const MOST = 6;
/** Milliseconds between two searches: the pictures of a camera and of a drawing come first. */
const GAP = { image: 100, drawing: 1000, seen: 1000, file: 100 } as const;

/** The images, once all of the training images are there. */
export function NearestImages() {
  const { value: asked } = seenPicture;
  const { value: chosen } = model;
  const { value: held } = set;
  // An imported set has the same name for its classes only by chance: images of another size are not compared.
  const fits =
    answer.value !== undefined && held !== undefined && sameShape(answer.value.shape, held.info.shape);
  const { value, problem, busy } = useRequest(
    asked && held?.complete && fits
      ? async () => await request('nearest', { model: chosen, picture: asked, most: MOST })
      : undefined,
    [answer.value, held],
    GAP[asked?.kind ?? 'image'],
  );
  if (problem !== undefined) return <Problem problem={problem} />;
  if (held?.complete !== true || !fits) return null;
  return (
    <section class="nearest" aria-label="Nearest training images" aria-busy={busy}>
      <h3>
        Nearest training images{' '}
        <span>
          {value === undefined
            ? 'searching'
            : value.by === 'pixels'
              ? `by their pixels, of ${count(value.of)}`
              : `by the last hidden layer, of ${count(value.of)}`}
        </span>
      </h3>
      <ol>
        {(value?.images ?? []).map(({ index, label }, place) => (
          <li key={index}>
            <button
              type="button"
              class="quiet"
              title={`Training image ${count(index)}, similarity ${percent(value?.similarities[place] ?? 0, 0)}`}
              onClick={() => predictPicture({ kind: 'image', split: 'train', index })}
            >
              {value !== undefined && <Thumb tiles={value} place={place} tile={held.info.shape} />}
              <span>{held.info.classNames[label]}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Sides {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

function sameShape(a: Sides, b: Sides): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels;
}
