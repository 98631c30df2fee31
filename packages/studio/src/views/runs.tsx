/** Runs of this browser, and runs and studies of the machine that serves the page: the lists, and one in detail. */

import { describeTraining } from 'couture/inspect';
import { useEffect } from 'preact/hooks';
import { listStudies, lookAgain } from '../actions.ts';
import { count, plural } from '../format.ts';
import { Figure } from '../parts/figure.tsx';
import { Kept } from '../parts/kept.tsx';
import { Problem } from '../parts/problem.tsx';
import { RunCard } from '../parts/run-card.tsx';
import { RunList } from '../parts/run-list.tsx';
import { StudyList } from '../parts/study-list.tsx';
import {
  compared,
  details,
  listing,
  openedRun,
  openedStudy,
  problems,
  runs,
  served,
  studies,
} from '../state.ts';
import { StudyPanel } from './study.tsx';

/** Milliseconds between two looks at the runs of the machine, and at those that other tabs train. */
const AGAIN = 2_000;

/** The view. */
export function RunsPanel() {
  const { value } = runs;
  useEffect(() => {
    const timer = setInterval(() => {
      const changes = served.value || runs.value?.some(({ state }) => state === 'in use');
      if (document.visibilityState !== 'visible') return;
      if (changes) void lookAgain();
      if (studies.value !== undefined) void listStudies(true);
    }, AGAIN);
    void listStudies();
    return () => clearInterval(timer);
  }, []);
  const opened = value?.find(({ name }) => name === openedRun.value);
  const study = studies.value?.find(({ name }) => name === openedStudy.value);
  if (study !== undefined)
    return (
      <>
        <Problem problem={problems.value.studies} />
        <StudyPanel study={study} />
      </>
    );
  return (
    <>
      <Problem problem={problems.value.runs} />
      <Problem problem={problems.value.studies} />
      {opened !== undefined && <RunCard key={opened.name} run={opened} />}
      <Curves />
      <StudyList studies={studies.value ?? []} />
      {value === undefined || value.length === 0 ? (
        <div class="empty">
          <h2>{value === undefined ? 'Loading' : 'No runs yet'}</h2>
          {value === undefined && listing.value !== undefined && (
            <p role="status">
              {count(listing.value.done)} of {plural(listing.value.total, 'run')}
            </p>
          )}
          <p>
            Every run is kept in this browser, with its checkpoints, until you delete it.
            {served.value && ' Runs of the command line appear here as well.'}
          </p>
        </div>
      ) : (
        <RunList runs={value} />
      )}
      <Kept />
    </>
  );
}

/** The curves of the runs that are compared, or of the one that is open. */
function Curves() {
  const names = compared.value.size > 0 ? [...compared.value] : [openedRun.value ?? ''];
  const chosen = names.map((name) => details.value.get(name)).filter((run) => run !== undefined);
  const drawn = chosen.filter(({ history }) =>
    history.some(({ validationLoss }) => Number.isFinite(validationLoss)),
  );
  if (drawn.length === 0) return null;
  return (
    <Figure
      of={drawn.map(({ name, history }) => `${name} ${history.length}`).join('; ')}
      draw={({ drawCurves }, options) =>
        drawCurves(
          drawn.map(({ name, history, config }) => describeTraining(name, history, config.settings.select)),
          options,
        )
      }
    />
  );
}
