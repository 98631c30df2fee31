/** The card of the guided tour. */

import { X } from 'lucide-preact';
import { at, endTour, goTo, steps } from '../tour.ts';

/** The step that is shown, with its two sentences. */
export function Tour() {
  const { value: place } = at;
  if (place === undefined) return null;
  const { title, text, done } = steps[place];
  const last = place === steps.length - 1;
  return (
    <aside class="tour" aria-label="Tour">
      <button type="button" class="icon close" aria-label="End the tour" onClick={endTour}>
        <X size={16} aria-hidden="true" />
      </button>
      <p class="hint">
        Step {place + 1} of {steps.length}
      </p>
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="row">
        <button type="button" disabled={place === 0} onClick={() => goTo(place - 1)}>
          Back
        </button>
        <button
          type="button"
          class={done() ? 'primary' : ''}
          onClick={() => (last ? endTour() : goTo(place + 1))}
        >
          {last ? 'End' : done() ? 'Next' : 'Skip'}
        </button>
      </div>
    </aside>
  );
}
