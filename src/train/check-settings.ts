/** Checks settings from outside: each by the table of settings, and their combinations. */

import * as z from 'zod';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { settingsSchema, type TrainSettings } from './settings.ts';

/**
 * Fills in defaults and checks every value.
 * @throws CoutureError of kind `usage` naming the wrong setting
 */
export function checkSettings(value: unknown): TrainSettings {
  const given = checkSchema(z.record(z.string(), z.unknown()), value, ({ what }) =>
    invalid(`settings: ${what}`, 'Give the settings as an object such as { epochs: 5, hidden: [128, 64] }.'),
  );
  const settings = settingsSchema.parse(checkPartialSettings(given));
  checkNetwork(settings);
  checkOptimizer(settings);
  checkRateChanges(settings);
  checkTargets(settings);
  return settings;
}

/**
 * Checks each given setting by itself, without adding defaults.
 * @throws CoutureError of kind `usage` naming the wrong setting, with the nearest right name
 */
export function checkPartialSettings(value: Readonly<Record<string, unknown>>): Partial<TrainSettings> {
  const schemas = new Map(Object.entries(settingsSchema.shape));
  const checked: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const schema = schemas.get(name);
    if (schema === undefined) {
      throw new CoutureError('usage', `There is no setting ${inQuotes(name)}.`, {
        hint: didYouMean(name, [...schemas.keys()]),
      });
    }
    const { [name]: value } = checkSchema(z.object({ [name]: schema }), { [name]: given }, ({ what, hint }) =>
      invalid(`setting: ${what}`, hint ?? 'couture train --help lists the settings with their ranges.'),
    );
    checked[name] = value;
  }
  return checked;
}

function invalid(what: string, hint: string): CoutureError {
  return new CoutureError('usage', `Invalid ${what}.`, { hint });
}

/** Dropout and blocks need hidden layers, and only one setting may initialize the first layer. */
function checkNetwork({ stem, init, hidden, dropout, blocks }: TrainSettings): void {
  if (stem !== 'none' && init === 'local') {
    throw invalid(
      `settings init and stem: init local needs a first layer that sees the image, but that layer belongs to the stem ${stem}`,
      'Use only one of them.',
    );
  }
  if (dropout.length > hidden.length) {
    throw invalid(
      `setting dropout: ${dropout.length} probabilities for ${hidden.length} hidden layers`,
      'Give at most one probability for each hidden layer.',
    );
  }
  if (blocks > 0 && hidden.length === 0) {
    throw invalid(
      'setting blocks: residual blocks need a hidden layer before them',
      'Give hidden at least one width: the last one is the width of the blocks.',
    );
  }
}

/** Each change of the learning rate has an epoch of its own, in order, so that a rate is written in one way only. */
function checkRateChanges({ rateChanges }: TrainSettings): void {
  const at = rateChanges.findIndex(({ epoch }, i) => i > 0 && epoch <= rateChanges[i - 1].epoch);
  if (at < 0) return;
  throw invalid(
    `setting rateChanges: epoch ${rateChanges[at].epoch} comes after epoch ${rateChanges[at - 1].epoch}`,
    'Give each epoch once, in ascending order.',
  );
}

/** A run keeps one average, β-LASSO needs its optimizer, and frozen layers have no gradient to clip. */
function checkOptimizer({ average, swa, lasso, optimizer, freeze, clip }: TrainSettings): void {
  if (average > 0 && swa > 0) {
    throw invalid(
      `settings average and swa: they are ${average} and ${swa}, but a run can keep only one average of its weights`,
      'Set one of them to 0.',
    );
  }
  if (freeze.length > 0 && (clip > 0 || swa > 0)) {
    const other = clip > 0 ? 'clip' : 'swa';
    throw invalid(
      `settings freeze and ${other}: both are set, but ${other} is about all layers`,
      `Set ${other} to 0, or freeze no layer.`,
    );
  }
  if (lasso > 0 && optimizer !== 'sgd') {
    throw invalid(
      `setting lasso: it works only with the optimizer sgd, but this run uses ${optimizer}`,
      'Choose the optimizer sgd, or set lasso to 0.',
    );
  }
}

/** A teacher needs its share and vice versa, and the two kinds of mixing have a common limit. */
function checkTargets({ teacher, distillation, mixup, cutmix, batchSize }: TrainSettings): void {
  if (distillation > 0 && teacher === null) {
    throw invalid(
      `setting distillation: it is ${distillation}, but there is no teacher`,
      'Set teacher to a run or model, or leave distillation out.',
    );
  }
  if (teacher !== null && distillation === 0) {
    throw invalid(
      'setting teacher: there is a teacher, but its share of the targets, distillation, is 0',
      'Set distillation to a share up to 1, for example 0.5, or leave the teacher out.',
    );
  }
  if (mixup + cutmix > 1) {
    throw invalid(
      `settings mixup and cutmix: ${mixup} and ${cutmix} sum to more than 1`,
      'An image is mixed in at most one way, so the two probabilities must sum to 1 or less.',
    );
  }
  if (mixup + cutmix > 0 && batchSize === 1) {
    throw invalid(
      'setting batchSize: with 1 image in a batch there is no other to mix it with',
      'Use larger batches, or set mixup and cutmix to 0.',
    );
  }
}
