/** Understand: one picture in the network, the network on the test images, and the map of them. */

import { evaluate } from '../actions.ts';
import { Job } from '../parts/job.tsx';
import { Problem } from '../parts/problem.tsx';
import { ReportButton } from '../parts/report-button.tsx';
import { type Aspect, aspect, aspects } from '../see-state.ts';
import { judging, model, problems, set } from '../state.ts';
import { Explanation } from './understand/explanation.tsx';
import { MapView } from './understand/map.tsx';
import { Tests } from './understand/tests.tsx';
import { Walk } from './understand/walk.tsx';

const titles: Readonly<Record<Aspect, string>> = { image: 'One image', tests: 'Test images', map: 'Map' };

/** The view. */
export function UnderstandPanel() {
  const { value: shown } = aspect;
  const chosen =
    model.value.kind === 'run'
      ? model.value.name
      : model.value.kind === 'live'
        ? 'the network in training'
        : 'compact';
  return (
    <>
      <div class="row between">
        <fieldset class="segments" aria-label="Part">
          {aspects.map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={shown === name}
              onClick={() => {
                aspect.value = name;
              }}
            >
              {titles[name]}
            </button>
          ))}
        </fieldset>
        <div class="row">
          {model.value.kind === 'run' && <ReportButton name={model.value.name} />}
          <button
            type="button"
            class="primary"
            disabled={judging.value || set.value === undefined}
            onClick={() => void evaluate()}
          >
            {judging.value ? 'Evaluating' : `Evaluate ${chosen}`}
          </button>
        </div>
      </div>
      <Job name="report" />
      <Problem problem={problems.value.understand} />
      {shown === 'image' && (
        <>
          <Walk />
          <Explanation />
        </>
      )}
      {shown === 'tests' && <Tests />}
      {shown === 'map' && <MapView />}
    </>
  );
}
