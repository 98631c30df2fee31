/** The map of the test images: which of them a network sees as similar. */

import { percent, plural } from '../../format.ts';
import { Job } from '../../parts/job.tsx';
import { PointMap } from '../../parts/point-map.tsx';
import { SaveFigure } from '../../parts/save-figure.tsx';
import type { ImageMap } from '../../protocol-see.ts';
import { makeMap } from '../../see-actions.ts';
import { jobs, map } from '../../see-state.ts';
import { set } from '../../state.ts';

const methods = [
  ['pca', 'PCA'],
  ['umap', 'UMAP'],
] as const;

/** Buttons that make the map, and the map. */
export function MapView() {
  const { value } = map;
  const busy = jobs.value.map !== undefined || set.value === undefined;
  return (
    <>
      <section class="card" aria-label="Make the map">
        <h2>
          Which images look alike to the network?{' '}
          <span>
            Each dot is a test image. Dots are close together where the last hidden layer has similar
            activations. PCA shows the two directions in which they differ most. UMAP keeps neighbors together
            and takes some seconds.
          </span>
        </h2>
        <div class="row">
          {methods.map(([method, title]) => (
            <button
              type="button"
              key={method}
              disabled={busy}
              aria-pressed={value?.points.method === method}
              onClick={() => void makeMap(method)}
            >
              {title}
            </button>
          ))}
        </div>
        <Job name="map" />
      </section>
      {value !== undefined && <Made map={value} />}
    </>
  );
}

function Made({ map: value }: { readonly map: ImageMap }) {
  const { points, model } = value;
  const names = set.value?.info.classNames ?? [];
  const { explained, layer, labels, predicted, method } = points;
  const wrong = labels.reduce((count, label, i) => (label === predicted[i] ? count : count + 1), 0);
  return (
    <section class="card" aria-label="Map">
      <h2>
        {method === 'pca' ? 'PCA' : 'UMAP'} of {layer} of {model}{' '}
        <span>
          {plural(labels.length, 'test image')}, {wrong} of them misclassified
          {explained === undefined
            ? ''
            : `; the axes have ${percent(explained[0], 0)} and ${percent(explained[1], 0)} of the variance`}
        </span>
      </h2>
      <PointMap map={value} classNames={names} />
      <SaveFigure draw={({ drawMap }, options) => drawMap(points, names, options)} />
    </section>
  );
}
