/** A trial of a study becomes the setup of the Studio, with the images of the study where they can be found. No browser. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { StudyDetails } from '../packages/studio/src/protocol-studies.ts';
import { defaultDataset } from '../src/data/registry.ts';
import { describeStudy } from '../src/study/describe.ts';
import { studyOf, trialOf } from './study-fixture.ts';
import { tinyTrain } from './tiny-data.ts';
import './studio-sources.ts';

/** What the worker is asked, and a worker that knows every set. */
let isBroken = false;
let asked: { readonly type: string; readonly digest?: string | null | undefined }[] = [];
const origin = { kind: 'import', format: 'zip', digest: 'a'.repeat(64) } as const;
const imported = { ...tinyTrain.info, name: 'strokes', origin };
class TestWorker extends EventTarget {
  postMessage({
    type,
    id,
    ask,
  }: {
    type: string;
    id: number;
    ask: { kept?: { digest: string } | null };
  }): void {
    const digest = ask.kept === undefined ? undefined : (ask.kept?.digest ?? null);
    asked.push({ type, digest });
    const info = digest === null ? defaultDataset : imported;
    const value = { info, counts: {}, complete: true, kept: true, notes: [] };
    const data =
      type === 'use-set' && !isBroken
        ? { type: 'answer', id, value }
        : { type: 'failed', id, failure: { message: 'The images are damaged.', interrupted: false } };
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
  }
}
const store = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
Object.defineProperty(globalThis, 'Worker', { value: TestWorker });
Object.defineProperty(globalThis, 'localStorage', { value: store, configurable: true });
const state = await import('../packages/studio/src/state.ts');
const { imagesOf, undo, useTrial: takeTrial } = await import('../packages/studio/src/actions.ts');

/** A study of a recipe on these images, whose trial 1 is the best. */
function studyOn(data: typeof imported | typeof defaultDataset): StudyDetails {
  const trials = [
    { ...trialOf(0, 'complete'), value: 0.5, values: { learningRate: 0.05 } },
    { ...trialOf(1, 'complete'), value: 0.2, values: { learningRate: 0.02 } },
  ];
  const { summary: _, ...others } = describeStudy(studyOf(trials, { recipe: 'baseline', data }));
  return { ...others, figures: [], reports: 0 };
}

beforeEach(() => {
  asked = [];
  state.setup.value = { recipe: 'deeper', settings: {} };
  state.view.value = 'runs';
  state.keptSets.value = [];
  state.set.value = undefined;
});

test('the settings that differ from the recipe become the setup, and can be undone', async () => {
  state.studyDetails.value = studyOn(defaultDataset);
  await takeTrial(0);
  const { recipe, settings } = state.setup.value;
  assert.equal(recipe, 'baseline');
  assert.deepEqual(settings, { hidden: [8], dropout: [], learningRate: 0.05 });
  assert.equal(state.view.value, 'train');
  assert.deepEqual([state.taken.value?.trial, state.taken.value?.setup], [0, state.setup.value]);
  undo();
  assert.deepEqual(state.setup.value, { recipe: 'deeper', settings: {} });
});

test('images of the study: kept ones and those of the host are taken as well, others are missing', async () => {
  const uses = () => asked.filter(({ type }) => type === 'use-set').map(({ digest }) => digest);
  const study = studyOn(imported);
  state.studyDetails.value = study;
  assert.equal(imagesOf(study), 'missing');
  await takeTrial(1);
  assert.deepEqual(uses(), []);
  state.keptSets.value = [{ digest: origin.digest, name: 'strokes', images: 1, bytes: 1 }];
  assert.equal(imagesOf(study), 'kept');
  await takeTrial(1);
  assert.deepEqual(uses(), [origin.digest]);
  assert.equal(imagesOf(study), 'here');
  await takeTrial(1);
  assert.deepEqual(uses(), [origin.digest], 'the images are there already');
  const other = studyOn(defaultDataset);
  state.studyDetails.value = other;
  assert.equal(imagesOf(other), 'host');
  await takeTrial(1);
  assert.deepEqual(uses(), [origin.digest, null]);
  assert.equal(imagesOf(other), 'here');
  state.studyDetails.value = study;
  const before = state.setup.value;
  state.setup.value = { recipe: 'deeper', settings: {} };
  isBroken = true;
  await takeTrial(0);
  assert.equal(state.setup.value.recipe, 'deeper', 'without its images, the trial is not taken');
  assert.equal(state.problems.value.data?.message, 'The images are damaged.');
  isBroken = false;
  await takeTrial(1);
  assert.deepEqual(state.setup.value, before);
});
