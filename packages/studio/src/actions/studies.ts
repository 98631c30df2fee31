/** Studies of the machine that serves the page: the list, the one that is open, and the trial whose settings are taken. */

import { batch } from '@preact/signals';
import { defaultDataset } from 'couture/data';
import { request } from '../client.ts';
import type { StudyDetails } from '../protocol-studies.ts';
import { isSameSet } from '../same-set.ts';
import * as state from '../state.ts';
import { withoutStep } from './address.ts';
import { attempt } from './attempt.ts';
import { listKept, useSet } from './data.ts';
import { useSettings } from './setup.ts';

let asking: Promise<void> | undefined;

/** Lists the studies again, and what is shown of the open one where it has changed. Who asks meanwhile waits for the same. */
export async function listStudies(ifChanged = false): Promise<void> {
  asking ??= ask(ifChanged).finally(() => {
    asking = undefined;
  });
  await asking;
}

async function ask(ifChanged: boolean): Promise<void> {
  await attempt('studies', async () => {
    const studies = await request('studies', { ifChanged });
    if (studies === null) return;
    const name = state.openedStudy.value;
    const before = state.studies.value?.find((study) => study.name === name);
    const now = studies.find((study) => study.name === name);
    state.studies.value = studies;
    if (name === undefined) return;
    // Nobody stepped back to the list: the study is gone.
    if (now === undefined || now.glance === undefined) withoutStep(closeStudy);
    else if (now.modified !== before?.modified) await loadDetails(name);
  });
}

async function loadDetails(name: string): Promise<void> {
  const details = await request('study', { name });
  // The person may have opened another one meanwhile.
  if (state.openedStudy.value === name) state.studyDetails.value = details;
}

/** Opens a study. */
export async function openStudy(name: string): Promise<void> {
  batch(() => {
    state.openedStudy.value = name;
    state.studyDetails.value = undefined;
  });
  void listKept();
  await attempt('studies', async () => await loadDetails(name));
}

/** Shows the list of studies again. */
export function closeStudy(): void {
  batch(() => {
    state.openedStudy.value = undefined;
    state.studyDetails.value = undefined;
  });
}

/** Where the images of a study are: `here` in the page, `kept` in this browser, on the `host`, or `missing`. */
export function imagesOf({ dataset }: Pick<StudyDetails, 'dataset'>): 'here' | 'kept' | 'host' | 'missing' {
  const { value } = state.set;
  if (value !== undefined && isSameSet(value.info, dataset)) return 'here';
  const { origin } = dataset;
  if (origin.kind === 'import' && state.keptSets.value.some(({ digest }) => digest === origin.digest))
    return 'kept';
  return isSameSet(defaultDataset, dataset) ? 'host' : 'missing';
}

/** Takes the settings of one of the best trials into the setup, and its images where they can be found. */
export async function useTrial(number: number): Promise<void> {
  const study = state.studyDetails.value;
  const trial = study?.ranked.find((one) => one.number === number);
  if (study === undefined || trial === undefined) return;
  const place = imagesOf(study);
  const { origin } = study.dataset;
  const kept =
    place === 'kept' && origin.kind === 'import' ? { digest: origin.digest, name: study.dataset.name } : null;
  // On other images the trial would be another one: what went wrong is told beside it.
  if ((place === 'kept' || place === 'host') && !(await useSet(kept))) return;
  batch(() => {
    useSettings(trial.config);
    state.taken.value = { study: study.name, trial: number, setup: state.setup.value };
    state.view.value = 'train';
  });
}
