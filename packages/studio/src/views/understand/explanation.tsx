/** The pixels that a prediction depends on. */

import { useEffect, useState } from 'preact/hooks';
import { request } from '../../client.ts';
import { Figure } from '../../parts/figure.tsx';
import { Problem } from '../../parts/problem.tsx';
import { problemOf } from '../../problem-of.ts';
import type { Explained } from '../../protocol.ts';
import { model, picture, type Problem as Told } from '../../state.ts';

/** A button, and the figure of the picture under Predict. */
export function Explanation() {
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
    request('explain', { model: chosen, picture: asked }).then(setExplained, (error: unknown) =>
      setProblem(problemOf(error)),
    );
  };
  return (
    <section class="card" aria-label="Explanation">
      <h2>
        Why this prediction?{' '}
        <span>how the probability depends on each pixel of the picture under Predict</span>
      </h2>
      <div class="row">
        <button type="button" onClick={explain}>
          Explain
        </button>
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
