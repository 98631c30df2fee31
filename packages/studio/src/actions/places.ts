/** Goes to the place of an address, and names the parts that are not here. */

import { batch, effect } from '@preact/signals';
import { plural } from '../format.ts';
import { type AskedPlace, runOf } from '../place.ts';
import { aspect } from '../see-state.ts';
import * as state from '../state.ts';
import { type Asked, awaitPlace, withoutStep } from './address.ts';
import { setProblem } from './attempt.ts';
import { chooseModel, evaluate, predictAgain, predictPicture } from './models.ts';
import { compareRuns, listRuns, openRun } from './runs.ts';
import { closeStudy, listStudies, openStudy } from './studies.ts';

/** Counts the places that were gone to: what an earlier one waits for is dropped. */
let turn = 0;

/**
 * Goes to a place at once, and shows what has to be loaded as soon as it is there.
 * @param before the run whose network answers where the address names none
 */
export async function arrive({ place, unknown }: Asked, before?: string): Promise<void> {
  const own = ++turn;
  const isStill = (): boolean => own === turn;
  tell(unknown, []);
  // In other views, the lists stay as they are.
  const inRuns = place.view === 'runs' || place.run !== undefined || place.study !== undefined;
  withoutStep(() =>
    batch(() => {
      if (place.view !== undefined) state.view.value = place.view;
      if (place.dataPart !== undefined) state.dataPart.value = place.dataPart;
      if (place.aspect !== undefined) aspect.value = place.aspect;
      if (!inRuns) return;
      state.openedRun.value = place.run;
      if (state.openedStudy.value !== place.study) state.studyDetails.value = undefined;
      state.openedStudy.value = place.study;
    }),
  );
  const { image, compared } = place;
  const model = place.model ?? before;
  awaitPlace({ model, image, compared });
  const missing: string[] = [];
  try {
    const names = [place.run, model, ...(compared ?? [])].filter((name) => name !== undefined);
    const gone = await missingRuns(names);
    if (!isStill()) return;
    missing.push(...gone.filter((name) => name !== before).map((name) => `the run ${name}`));
    const isHere = (name: string | undefined): name is string => name !== undefined && !gone.includes(name);
    if (isHere(place.run)) void openRun(place.run);
    else if (place.run !== undefined) withoutStep(() => void openRun(undefined));
    if (compared !== undefined) void compareRuns(compared.filter(isHere));
    if (isHere(model)) {
      if (runOf(state.model.value) !== model) chooseModel({ kind: 'run', name: model });
    } else if (model !== undefined) predictAgain();
    awaitPlace({ image });
    if (place.study !== undefined && !(await showStudy(place.study)))
      missing.push(`the study ${place.study}`);
    if (!isStill()) return;
    tell(unknown, missing);
    if (image === undefined && !wantsTests(place)) return;
    await until(() => state.set.value?.complete === true);
    if (!isStill()) return;
    if (image !== undefined) predictPicture({ kind: 'image', ...image });
    if (wantsTests(place) && !state.judging.value) await evaluate();
  } finally {
    if (isStill()) awaitPlace({});
  }
}

/** Whether an evaluation is to be shown that is not there. */
function wantsTests({ view, aspect: part, model }: AskedPlace): boolean {
  if (view !== 'understand' || part !== 'tests') return false;
  const { value } = state.judged;
  return value === undefined || (model !== undefined && model !== value.model);
}

/** Runs that are not in the list, also not when it is made again. */
async function missingRuns(names: readonly string[]): Promise<string[]> {
  const without = (): string[] =>
    names.filter((name) => state.runs.value?.some((run) => run.name === name) !== true);
  if (without().length > 0) await listRuns();
  return without();
}

/** Shows a study; false where there is none of that name. */
async function showStudy(name: string): Promise<boolean> {
  const isListed = (): boolean => state.studies.value?.some((study) => study.name === name) === true;
  if (!isListed()) await listStudies();
  if (!isListed()) return false;
  // Its row in the list says why it cannot be read.
  if (state.studies.value?.find((study) => study.name === name)?.glance === undefined)
    withoutStep(closeStudy);
  if (state.studyDetails.value === undefined && state.openedStudy.value === name) await openStudy(name);
  return true;
}

/** Says what an address asks for in vain. */
function tell(unknown: readonly string[], missing: readonly string[]): void {
  const messages: string[] = [];
  const few = (words: readonly string[]): string => words.join(', ').slice(0, 200);
  if (unknown.length > 0)
    messages.push(`The address has parts that the Studio does not know: ${few(unknown)}.`);
  if (missing.length > 0)
    messages.push(
      `The address asks for ${few(missing)}, which ${missing.length === 1 ? 'is' : 'are'} not here.`,
    );
  const hint =
    missing.length === 0
      ? undefined
      : `A run stays in the browser that trained it. Runs lists the ${plural(state.runs.value?.length ?? 0, 'run')} of this browser and of the served folder.`;
  setProblem('address', messages.length === 0 ? undefined : { message: messages.join(' '), hint });
}

/** Waits until something holds of the state. */
async function until(holds: () => boolean): Promise<void> {
  await new Promise<void>((done) => {
    const stop = effect(() => {
      if (!holds()) return;
      done();
      queueMicrotask(() => stop());
    });
  });
}
