/** The studies of the machine that serves the page: a row for each, with its states and the best value so far. */

import type { StudyGlance } from 'couture/study';
import { useState } from 'preact/hooks';
import { openStudy } from '../actions.ts';
import { plural } from '../format.ts';
import type { StoredStudy } from '../protocol-studies.ts';

/** Studies that are shown at first. */
const FEW = 5;

/** The list; nothing where there is no study. */
export function StudyList({ studies }: { readonly studies: readonly StoredStudy[] }) {
  const [isWhole, setWhole] = useState(false);
  if (studies.length === 0) return null;
  const shown = isWhole ? studies : studies.slice(0, FEW);
  return (
    <section class="card studies" aria-label="Studies">
      <h2>
        Studies <span>Searches for settings by couture tune, in the folder of couture studio.</span>
      </h2>
      <ul>
        {shown.map((study) => (
          <li key={study.name}>
            {study.glance === undefined ? (
              <Unread study={study} />
            ) : (
              <Row study={study} glance={study.glance} />
            )}
          </li>
        ))}
      </ul>
      {studies.length > FEW && (
        <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole
            ? 'Show fewer'
            : `Show all ${plural(studies.length, 'study').replace('studys', 'studies')}`}
        </button>
      )}
    </section>
  );
}

function Row({ study, glance }: { readonly study: StoredStudy; readonly glance: StudyGlance }) {
  const { name, holder, modified } = study;
  const { data, recipe, best, bestSoFar, objective } = glance;
  return (
    <button type="button" id={`study-${name}`} onClick={() => void openStudy(name)}>
      <span class="name">
        <strong>{name}</strong>
        {holder !== null && <span class="live">running</span>}
        <small>
          {data}, {recipe === null ? 'no recipe' : `recipe ${recipe}`}; {statesText(glance)}
        </small>
        <small>Last change {new Date(modified).toLocaleString()}</small>
      </span>
      <Spark values={bestSoFar} />
      <span class="figure-of">
        <strong>{best?.value ?? '–'}</strong>
        <small>{best === undefined ? 'no trial complete' : objective}</small>
      </span>
    </button>
  );
}

/** A study that could not be read, with what is wrong. */
function Unread({ study: { name, problem } }: { readonly study: StoredStudy }) {
  return (
    <div class="unread">
      <strong>{name}</strong>
      <p class="problem">
        {problem?.message} {problem?.hint}
      </p>
    </div>
  );
}

/** `7 complete, 17 pruned, 2 running` */
export function statesText({ states }: Pick<StudyGlance, 'states'>): string {
  const order = ['complete', 'pruned', 'failed', 'running', 'waiting'] as const;
  return (
    order
      .filter((state) => states[state] > 0)
      .map((state) => `${states[state]} ${state}`)
      .join(', ') || 'no trial yet'
  );
}

const [WIDTH, HEIGHT, EDGE] = [96, 32, 2];

/** The best so far as a small line; the value beside it says the same in numbers. */
function Spark({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2) return <span class="spark" />;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // The last value has a piece of the line as well.
  const x = (place: number): number => EDGE + ((WIDTH - 2 * EDGE) * place) / values.length;
  const y = (value: number): number =>
    EDGE + (HEIGHT - 2 * EDGE) * (high === low ? 0.5 : (high - value) / (high - low));
  const path = values.map((value, place) =>
    place === 0
      ? `M${x(0).toFixed(1)} ${y(value).toFixed(1)}`
      : `H${x(place).toFixed(1)}V${y(value).toFixed(1)}`,
  );
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={`${path.join('')}H${x(values.length)}`} />
    </svg>
  );
}
