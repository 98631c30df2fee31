/** The details of a unit: its weights, its inputs, and the test images that excite it most. */

import { Pin, PinOff } from 'lucide-preact';
import { predictPicture } from '../../actions.ts';
import { percent } from '../../format.ts';
import { Bitmap } from '../../parts/pixels.tsx';
import { Problem } from '../../parts/problem.tsx';
import type { Asked } from '../../parts/use-request.ts';
import { UnitWeights } from '../../parts/weights.tsx';
import type { Unit, Walk } from '../../protocol-see.ts';
import { set } from '../../state.ts';

/** A unit of a layer, by place. */
export interface Place {
  readonly layer: number;
  readonly unit: number;
}

interface UnitCardProps {
  readonly walk: Walk;
  readonly at: Place;
  readonly pinned: boolean;
  readonly unit: Asked<Unit>;
  readonly onPin: () => void;
  readonly onUnit: (place: Place) => void;
}

/** `fc2, unit 17`, or the class that the unit stands for. */
export function nameOf({ layers, classNames }: Walk, { layer, unit }: Place): string {
  return layer === layers.length - 1 ? classNames[unit] : `${layers[layer].name}, unit ${unit}`;
}

/** The card. */
export function UnitCard({ walk, at, pinned, unit: asked, onPin, onUnit }: UnitCardProps) {
  const { layers, shape } = walk;
  const { layer } = at;
  const value = layers[layer]?.values[at.unit];
  const { value: unit, problem } = asked;
  const isCurrent = unit?.layer === layer && unit.unit === at.unit;
  const before = layer === 0 ? undefined : layers[layer - 1];
  const names = set.value?.info.classNames ?? [];
  return (
    <aside class="card unit-card" aria-label="Unit">
      <button
        type="button"
        class="icon close"
        aria-pressed={pinned}
        aria-label={pinned ? 'Let the unit go' : 'Keep this unit'}
        onClick={onPin}
      >
        {pinned ? <PinOff size={16} aria-hidden="true" /> : <Pin size={16} aria-hidden="true" />}
      </button>
      <h2>
        {nameOf(walk, at)}{' '}
        <span>
          {layer === layers.length - 1 ? 'logit' : 'output'} for this picture: {value?.toFixed(2)}
        </span>
      </h2>
      <Problem problem={problem} />
      {!isCurrent || unit === undefined ? (
        problem === undefined && <p class="hint">Looking through the test images</p>
      ) : (
        <>
          <div class="unit-parts">
            <figure>
              <UnitWeights
                weights={unit.weights}
                shape={before === undefined ? shape : undefined}
                label={`Weights of ${nameOf(walk, at)}`}
              />
              <figcaption>
                {before === undefined
                  ? 'weights on the pixels'
                  : `weights on the ${unit.weights.length} units of ${before.name}`}
              </figcaption>
            </figure>
            {unit.inputs.length > 0 && before !== undefined && (
              <div>
                <p class="hint">strongest inputs, units of {before.name}</p>
                <ol class="inputs">
                  {unit.inputs.map(({ place, effect }) => (
                    <li key={place}>
                      <button
                        type="button"
                        class="quiet"
                        onClick={() => onUnit({ layer: layer - 1, unit: place })}
                      >
                        <span class="unseen">unit </span>
                        {place} <b class={effect < 0 ? 'below' : 'above'}>{signed(effect)}</b>
                      </button>
                    </li>
                  ))}
                </ol>
              </div>
            )}
          </div>
          <p class="hint">
            Above 0 for {percent(unit.active, 1)} of the test images
            {unit.favored !== undefined && names[unit.favored.label] !== undefined
              ? `, most for ${names[unit.favored.label]}`
              : ''}
            .
          </p>
          {unit.images.length === 0 ? (
            <p class="hint">No test image excites it.</p>
          ) : (
            <>
              <h3>Test images that excite it most</h3>
              <Bitmap
                bitmap={unit.bitmap}
                columns={unit.columns}
                across={6}
                count={unit.images.length}
                tile={set.value?.info.shape ?? shape}
                label={`${unit.images.length} test images: ${unit.images.map(({ label }) => names[label]).join(', ')}`}
                onPick={(place) =>
                  predictPicture({ kind: 'image', split: 'test', index: unit.images[place].index })
                }
              />
            </>
          )}
        </>
      )}
    </aside>
  );
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
