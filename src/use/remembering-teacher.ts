/** A teacher that computes each view of an image only once, if there are few enough to store. */

import { countUp } from '../core/count-up.ts';
import { drawMove } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { imageSize } from '../data/image-shape.ts';
import { augmentedImage } from '../engine/augmented-image.ts';
import type { Augmentation, Backend, DeviceImages, TrainingBatches } from '../engine/backend.ts';
import type { Teacher } from '../train/teacher.ts';

/**
 * Largest memory for stored predictions: those of Fashion-MNIST, mirrored and moved by a pixel, are 43 MB.
 */
const MOST_BYTES = 2 ** 28;

/**
 * Returns the predictions of another teacher, bit for bit. Images that are only moved and mirrored by whole
 * pixels have few views. Each view is computed on its first use and stored, so that even an ensemble costs
 * little in a long training. Other images always go to the teacher.
 */
export class RememberingTeacher implements Teacher {
  readonly #teacher: Teacher;
  readonly #dataset: Dataset;
  readonly #backend: Backend;
  /** Predictions of a view for all images, by view number; NaN until computed. */
  readonly #known = new Map<number, Float32Array>();

  /** @param dataset the data set of the training images */
  constructor(teacher: Teacher, dataset: Dataset, backend: Backend) {
    this.#teacher = teacher;
    this.#dataset = dataset;
    this.#backend = backend;
  }

  async probabilities(
    images: DeviceImages,
    indices: Uint32Array,
    batches: TrainingBatches,
  ): Promise<Float32Array> {
    if (!this.#remembers(batches.augmentation))
      return await this.#teacher.probabilities(images, indices, batches);
    const classes = this.#dataset.info.classNames.length;
    const tables = Array.from(indices, (_, row) => this.#tableOf(rowOf(row, batches), batches.augmentation));
    const missing = [...indices.keys()].filter((row) => Number.isNaN(tables[row][indices[row] * classes]));
    if (missing.length > 0) {
      const found = await this.#ask(missing, indices, batches);
      missing.forEach((row, i) => {
        tables[row].set(found.subarray(i * classes, (i + 1) * classes), indices[row] * classes);
      });
    }
    const answers = new Float32Array(indices.length * classes);
    indices.forEach((image, row) => {
      answers.set(tables[row].subarray(image * classes, (image + 1) * classes), row * classes);
    });
    return answers;
  }

  /** Whether views can be numbered, and are few enough. */
  #remembers(augmentation: Augmentation | undefined): boolean {
    if (augmentation === undefined) return true;
    const { flip, shift, ...others } = augmentation.options;
    const onlyMoves = augmentation.mixing === undefined && Object.values(others).every((n) => n === 0);
    const views = (2 * shift + 1) ** 2 * (flip ? 2 : 1);
    const { length, info } = this.#dataset;
    return onlyMoves && views * length * info.classNames.length * 4 <= MOST_BYTES;
  }

  /** The predictions for the view of a row's image in the batch of a step. */
  #tableOf({ place, step }: Row, augmentation: Augmentation | undefined): Float32Array {
    const number = augmentation === undefined ? 0 : viewNumber(augmentation, place, step);
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    const { length, info } = this.#dataset;
    const table = new Float32Array(length * info.classNames.length).fill(Number.NaN);
    this.#known.set(number, table);
    return table;
  }

  /** The teacher's predictions for the images of some rows, augmented as in their batches. */
  async #ask(rows: readonly number[], indices: Uint32Array, batches: TrainingBatches): Promise<Float32Array> {
    const { images, info } = this.#dataset;
    const size = imageSize(info.shape);
    const drawn = new Uint8Array(rows.length * size);
    rows.forEach((row, i) => {
      const { place, step } = rowOf(row, batches);
      const batch = indices.subarray(row - place, row - place + batches.batchSize);
      const { augmentation } = batches;
      const image = batch[place] * size;
      drawn.set(
        augmentation === undefined
          ? images.subarray(image, image + size)
          : augmentedImage(images, info.shape, batch, augmentation, { place, step }),
        i * size,
      );
    });
    const held = await this.#backend.upload(drawn, info.shape);
    try {
      const { batchSize } = batches;
      const all = countUp(rows.length);
      return await this.#teacher.probabilities(held, all, { batchSize, firstStep: 0 });
    } finally {
      held.dispose();
    }
  }
}

/** A row of a request: its place in the batch, and the step of the batch. */
interface Row {
  readonly place: number;
  readonly step: number;
}

const rowOf = (row: number, { batchSize, firstStep }: TrainingBatches): Row => ({
  place: row % batchSize,
  step: firstStep + Math.floor(row / batchSize),
});

/** A number for the augmentation of an image at a place of a step's batch: the same for the same move. */
function viewNumber({ options, key }: Augmentation, place: number, step: number): number {
  const { mirrored, right, down } = drawMove(options, key, place, step);
  const side = 2 * options.shift + 1;
  return 1 + 2 * ((down + options.shift) * side + right + options.shift) + (mirrored ? 1 : 0);
}
