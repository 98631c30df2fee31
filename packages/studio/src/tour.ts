/** The guided tour: the published story in eight steps. Each step does something and says what to look at. */

import { signal } from '@preact/signals';
import {
  changeSetting,
  chooseRecipe,
  evaluate,
  openImage,
  predictPicture,
  start,
  withoutStep,
} from './actions.ts';
import type { Setup } from './setup.ts';
import { answer, judged, opened, picture, run, set, setup, type View, view } from './state.ts';

/** A step. */
export interface TourStep {
  readonly title: string;
  /** Two sentences. */
  readonly text: string;
  readonly view: View;
  /** What the step does when it begins; nothing where there is only something to see. */
  readonly enter?: () => void;
  /** Whether it has been done. */
  readonly done: () => boolean;
}

/** Epochs of the two networks of the tour: enough to see the difference. */
const EPOCHS = 5;

function train(recipe: 'baseline' | 'deeper'): void {
  chooseRecipe(recipe);
  changeSetting('epochs', EPOCHS);
  void start();
}

const finished = (recipe: string): boolean =>
  run.value?.config.recipe === recipe && run.value.state === 'finished';

export const steps: readonly TourStep[] = [
  {
    title: 'A picture is 784 numbers',
    text: 'Bright is 255, black is 0. Move over the picture to read its numbers.',
    view: 'data',
    enter: () => void openImage({ split: 'train', label: null }, 0),
    done: () => opened.value !== undefined,
  },
  {
    title: 'Seventy thousand pictures in ten classes',
    text: 'Choose a class and compare its pictures. Shirts, coats and pullovers look alike at this size.',
    view: 'data',
    done: () => set.value?.complete === true,
  },
  {
    title: 'The first network learns',
    text: 'It has two hidden layers and begins with random weights. The pictures below the curves are the weights of its first layer.',
    view: 'train',
    enter: () => train('baseline'),
    done: () => (run.value?.history.length ?? 0) > 0,
  },
  {
    title: 'Its curves',
    text: 'The solid line is the loss on images that it does not train on. Where that line stops falling, the network begins to learn its training images by heart.',
    view: 'train',
    done: () => finished('baseline'),
  },
  {
    title: 'One prediction',
    text: 'The network gives each class a probability. Change the number of the test image and look for one that is wrong.',
    view: 'predict',
    enter: () => predictPicture({ kind: 'image', split: 'test', index: 23 }),
    done: () => answer.value !== undefined && picture.value?.kind === 'image' && picture.value.index !== 23,
  },
  {
    title: 'The whole test set',
    text: 'Rows are true classes, columns are predictions. Open the cell of shirts that were predicted as T-shirts.',
    view: 'understand',
    enter: () => void evaluate(),
    done: () => judged.value !== undefined,
  },
  {
    title: 'A deeper network',
    text: 'It has more layers and more units, so it takes longer. Compare its accuracy with that of the first one.',
    view: 'train',
    enter: () => train('deeper'),
    done: () => finished('deeper'),
  },
  {
    title: 'What it still confuses',
    text: 'Evaluate it and open the same cell again. Some of these pictures are hard for people as well.',
    view: 'understand',
    enter: () => void evaluate(),
    done: () => judged.value?.model === run.value?.name,
  },
];

/** The step that is shown, from 0; undefined outside of the tour. */
export const at = signal<number | undefined>(undefined);

/** What the person had set up before the tour, which is given back. */
let before: { readonly setup: Setup; readonly view: View } | undefined;

/** Goes to a step; the first one begins the tour. */
export function goTo(place: number): void {
  before ??= { setup: setup.value, view: view.value };
  at.value = place;
  const { view: next, enter } = steps[place];
  withoutStep(() => {
    view.value = next;
    enter?.();
  });
}

/** Ends the tour. */
export function endTour(): void {
  at.value = undefined;
  const given = before;
  before = undefined;
  if (given === undefined) return;
  withoutStep(() => {
    setup.value = given.setup;
    view.value = given.view;
  });
}
