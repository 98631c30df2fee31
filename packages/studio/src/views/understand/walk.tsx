/** One picture walks through the layers: the units are lit by their outputs, down to the classes. */

import { useEffect, useState } from 'preact/hooks';
import { request } from '../../client.ts';
import { plural } from '../../format.ts';
import { Bars } from '../../parts/bars.tsx';
import { Pixels } from '../../parts/pixels.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Thumb } from '../../parts/thumb.tsx';
import { UnitGrid } from '../../parts/unit-grid.tsx';
import { useRequest } from '../../parts/use-request.ts';
import type { Walk as Walked, WalkedLayer } from '../../protocol-see.ts';
import { answer, model, seenPicture, set } from '../../state.ts';
import { nameOf, type Place, UnitCard } from './unit-card.tsx';

/** Images of a unit, and units of the first layer that are shown as images. */
const IMAGES = 12;
const FILTERS = 8;

const NONE: ReadonlyMap<number, number> = new Map();

/** The walk of the picture under Predict. */
export function Walk() {
  const { value: asked } = seenPicture;
  const { value: chosen } = model;
  // The answer changes with the picture, and with every epoch of a network in training.
  const inputs = [asked, chosen, answer.value];
  const { value: walk, problem } = useRequest(
    asked && (async () => await request('walk', { model: chosen, picture: asked })),
    inputs,
  );
  const [at, setAt] = useState<Place | undefined>(undefined);
  const [pinned, setPinned] = useState(false);
  const place = walk && at && at.layer < walk.layers.length ? at : undefined;
  // Its images are test images, which come after the first answer.
  const { value: held } = set;
  const unit = useRequest(
    asked &&
      place &&
      held &&
      (async () => await request('unit', { model: chosen, picture: asked, ...place, images: IMAGES })),
    [asked, chosen, walk?.model, held?.info, place?.layer, place?.unit],
  );
  useEffect(() => {
    // Another network has other units.
    setAt(undefined);
    setPinned(false);
  }, [walk?.layers.map(({ words }) => words).join()]);
  if (problem !== undefined) return <Problem problem={problem} />;
  if (walk === undefined) return <p class="empty">The picture is on its way through the network.</p>;
  const onUnit = (next: Place, pin: boolean): void => {
    if (pin) setPinned(true);
    if (pin || !pinned) setAt(next);
  };
  const effects =
    unit.value?.layer === place?.layer && unit.value?.unit === place?.unit ? unit.value : undefined;
  const marks = new Map((effects?.inputs ?? []).map(({ place, effect }) => [place, effect]));
  const last = walk.layers.length - 1;
  return (
    <section class="walk" aria-label="Layers">
      <ol class="flow">
        <li class="stop input">
          <Pixels
            pixels={walk.pixels}
            shape={walk.shape}
            label="The image as the network sees it"
            class="seen"
          />
          <p>
            <b>Input</b>
            <span>{walk.pixels.length} pixel values</span>
          </p>
        </li>
        {walk.layers.slice(0, last).map((layer, i) => (
          <Layer
            key={layer.name}
            walk={walk}
            layer={layer}
            number={i}
            chosen={place?.layer === i ? place.unit : undefined}
            marks={place?.layer === i + 1 ? marks : NONE}
            onUnit={(next, pin) => onUnit({ layer: i, unit: next }, pin)}
          />
        ))}
        <li class="stop">
          <p>
            <b>{walk.layers[last].name}</b> {walk.layers[last].words}, softmax
          </p>
          <Bars
            classNames={walk.classNames}
            probabilities={walk.probabilities}
            truth={walk.truth}
            chosen={place?.layer === last ? place.unit : undefined}
            onChoose={(next, pin) => onUnit({ layer: last, unit: next }, pin)}
          />
        </li>
      </ol>
      <div class={place === undefined ? 'inspector' : 'inspector open'}>
        {place === undefined ? (
          <p class="hint card">
            Point at a unit, or move to it with Tab and the arrow keys: its weights and the images that excite
            it most appear here. A click keeps it.
          </p>
        ) : (
          <UnitCard
            walk={walk}
            at={place}
            pinned={pinned}
            unit={unit}
            onPin={() => setPinned(!pinned)}
            onUnit={(next) => {
              setAt(next);
              setPinned(true);
            }}
          />
        )}
      </div>
      <p class="unseen" role="status">
        {place === undefined || !pinned ? '' : `${nameOf(walk, place)} is kept.`}
      </p>
    </section>
  );
}

interface LayerProps {
  readonly walk: Walked;
  readonly layer: WalkedLayer;
  readonly number: number;
  readonly chosen: number | undefined;
  readonly marks: ReadonlyMap<number, number>;
  readonly onUnit: (unit: number, pin: boolean) => void;
}

function Layer({ walk, layer, number, chosen, marks, onUnit }: LayerProps) {
  const { name, words, values, strongest } = layer;
  const active = values.reduce((count, value) => (value > 0 ? count + 1 : count), 0);
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return (
    <li class="stop">
      <p>
        <b>{name}</b> {words}
        <span>
          {active} of {plural(values.length, 'unit')} above 0, the largest {largest.toFixed(2)}
        </span>
      </p>
      {number === 0 && <Filters walk={walk} strongest={strongest} values={values} onUnit={onUnit} />}
      <UnitGrid name={name} values={values} chosen={chosen} marks={marks} onUnit={onUnit} />
    </li>
  );
}

interface FiltersProps extends Pick<LayerProps, 'walk' | 'onUnit'> {
  readonly strongest: readonly number[];
  readonly values: Float32Array;
}

/** What the strongest units of the first layer look for: their weights, as images. */
function Filters({ walk, strongest, values, onUnit }: FiltersProps) {
  const units = strongest.slice(0, FILTERS);
  const { value: chosen } = model;
  const { value: tiles } = useRequest(
    units.length === 0 ? undefined : async () => await request('filters', { model: chosen, units }),
    [units.join(), chosen, walk.model],
  );
  if (!tiles) return null;
  return (
    <ul class="filters-row" aria-label="What the strongest units look for">
      {tiles.units.map((unit, place) => (
        <li key={unit}>
          <button
            type="button"
            class="quiet"
            onPointerEnter={() => onUnit(unit, false)}
            onFocus={() => onUnit(unit, false)}
            onClick={() => onUnit(unit, true)}
          >
            <Thumb tiles={tiles} place={place} tile={walk.shape} />
            <span>
              <span class="unseen">Unit {unit}: </span>
              {(values[unit] ?? 0).toFixed(1)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
