/** The worst mistakes: misclassified test images with the largest loss. A click predicts one. */

import { predictPicture } from '../../actions.ts';
import { request } from '../../client.ts';
import { count, percent, plural } from '../../format.ts';
import { Problem } from '../../parts/problem.tsx';
import { SaveFigure } from '../../parts/save-figure.tsx';
import { Thumb } from '../../parts/thumb.tsx';
import { useRequest } from '../../parts/use-request.ts';
import type { Judged } from '../../protocol.ts';

/** Images that are shown. */
const MOST = 24;

/** The images of an evaluation. */
export function Losses({ of }: { readonly of: Judged }) {
  const { value, problem } = useRequest(async () => await request('losses', { most: MOST }), [of]);
  if (problem !== undefined) return <Problem problem={problem} />;
  if (value === undefined) return null;
  const { losses, shape, classNames } = value;
  return (
    <section class="card" aria-label="Top losses">
      <h2>
        Top losses{' '}
        <span>
          {losses.length === 0
            ? 'no test image is misclassified'
            : `the ${plural(losses.length, 'wrong image')} with the largest loss: first the label, then the prediction`}
        </span>
      </h2>
      <ol class="losses">
        {losses.map(({ index, label, predicted, probabilities, loss }, place) => (
          <li key={index}>
            <button
              type="button"
              class="quiet"
              onClick={() => predictPicture({ kind: 'image', split: 'test', index })}
            >
              <Thumb tiles={value} place={place} tile={shape} />
              <span class="words">
                <b>{classNames[label]}</b>
                <span>as {classNames[predicted]}</span>
                <span>
                  {percent(probabilities[predicted], 1)}, loss {loss.toFixed(1)}
                </span>
                <span class="unseen">test image {count(index)}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      {losses.length > 0 && (
        <SaveFigure
          draw={({ drawTopLosses }, options) =>
            drawTopLosses(losses, { ...shape, classNames }, { ...options, most: MOST })
          }
        />
      )}
    </section>
  );
}
