/** Probabilities of the classes as bars. */

import { percent } from '../format.ts';

interface BarsProps {
  readonly classNames: readonly string[];
  readonly probabilities: readonly number[];
  /** The label of the data set, where there is one. */
  readonly truth?: number | undefined;
  /** The class whose details are shown elsewhere. */
  readonly chosen?: number | undefined;
  /** Makes each class a button; `pin` for a click. */
  readonly onChoose?: (place: number, pin: boolean) => void;
}

/** Most classes that are shown; of more, the most probable. */
const MOST = 12;

/** A bar for each class, in the order of the data set. */
export function Bars({ classNames, probabilities, truth, chosen, onChoose }: BarsProps) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const order = probabilities.map((_, place) => place);
  const shown =
    order.length <= MOST ? order : order.sort((a, b) => probabilities[b] - probabilities[a]).slice(0, MOST);
  return (
    <ol class="bars" aria-label="Probabilities">
      {shown.map((place) => (
        <li key={place} class={`${place === best ? 'best' : ''} ${place === truth ? 'true' : ''}`}>
          {onChoose === undefined ? (
            <span class="name">{classNames[place]}</span>
          ) : (
            <button
              type="button"
              class="name quiet"
              aria-pressed={place === chosen}
              onPointerEnter={() => onChoose(place, false)}
              onFocus={() => onChoose(place, false)}
              onClick={() => onChoose(place, true)}
            >
              {classNames[place]}
            </button>
          )}
          <span class="track" aria-hidden="true">
            <span class="bar" style={{ transform: `scaleX(${probabilities[place].toFixed(4)})` }} />
          </span>
          <span class="value">{percent(probabilities[place], 1)}</span>
        </li>
      ))}
    </ol>
  );
}
