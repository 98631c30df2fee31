/** What a model predicts for one picture, and why. */

import { CoutureError, decodeWebPicture } from '@couture/core';
import { type PreparedImage, prepareImage } from 'couture/data';
import { explainPrediction } from 'couture/inspect';
import { UnlikeScorer } from 'couture/use';
import type { Answer, Explained, ModelChoice, Picture } from '../protocol.ts';
import { hasClassesOf } from './classes.ts';
import { currentInfo, imageSoon } from './data.ts';
import { type Ready, withModel } from './models.ts';
import { describeSteps } from './steps.ts';

/** Share of images like the training images that are called unlike them: the false-alarm rate. */
const FALSE_ALARMS = 0.02;

/** What a model predicts for a picture. */
export async function predict(choice: ModelChoice, picture: Picture): Promise<Answer> {
  return await withModel(choice, async (model) => await predictWith(model, picture));
}

async function predictWith(model: Ready, picture: Picture): Promise<Answer> {
  const { name, predictor, info } = model;
  const began = performance.now();
  const { pixels, steps, truth } = await prepared(picture, info);
  const { probabilities } = await predictor.predict(pixels);
  const milliseconds = performance.now() - began;
  const { classNames, shape } = info;
  const unlike = unlikeOf(model, pixels);
  return { model: name, classNames, probabilities, pixels, shape, steps, truth, unlike, milliseconds };
}

const scorers = new WeakMap<Ready, UnlikeScorer>();

/** How unlike the training images a picture is; undefined where the model has no description of them. */
function unlikeOf(model: Ready, pixels: Uint8Array): Answer['unlike'] {
  if (model.unlike === undefined) return undefined;
  let scorer = scorers.get(model);
  if (scorer === undefined) {
    scorer = new UnlikeScorer(model.unlike, FALSE_ALARMS);
    scorers.set(model, scorer);
  }
  const [score] = scorer.scores(pixels, model.info.shape);
  return { score, limit: scorer.limit, falseAlarms: FALSE_ALARMS };
}

/**
 * The image that a network sees of a picture.
 * @throws CoutureError of kind `usage` for an image of another size, `data` for a file that cannot be read
 */
export async function prepared(
  picture: Picture,
  { shape, classNames, steps: picked }: Ready['info'],
): Promise<Pick<Answer, 'pixels' | 'steps' | 'truth'>> {
  if (picture.kind === 'image') {
    const { shape: own, ...set } = currentInfo();
    if (own.height !== shape.height || own.width !== shape.width || own.channels !== shape.channels)
      throw new CoutureError('usage', 'This model takes images of another size than those of the data set.', {
        hint: 'Choose a model that was trained on this data set.',
      });
    const { pixels, label } = await imageSoon(picture.split, picture.index);
    return { pixels, steps: [], truth: hasClassesOf({ classNames }, set) ? label : undefined };
  }
  if (picture.kind === 'seen') {
    if (picture.pixels.length !== shape.height * shape.width * shape.channels)
      throw new CoutureError(
        'usage',
        'This model takes images of another size than the one it was asked about.',
        {
          hint: 'Choose the picture again.',
        },
      );
    return { pixels: picture.pixels, steps: [] };
  }
  const source = picture.kind === 'file' ? picture.file : picture.data;
  const decoded = await decodeWebPicture(source, 'that you gave');
  if (decoded === undefined) throw new CoutureError('data', 'This is not a picture.');
  const { pixels, facts }: PreparedImage = prepareImage(decoded, shape, picked);
  return { pixels, steps: describeSteps(facts, shape) };
}

/** The pixels that the prediction of a picture depends on. */
export async function explain(choice: ModelChoice, picture: Picture): Promise<Explained> {
  return await withModel(choice, async (model) => await explainWith(model, picture));
}

async function explainWith({ name, inner, info }: Ready, picture: Picture): Promise<Explained> {
  const { pixels, truth } = await prepared(picture, info);
  const { index: predicted, probabilities } = await inner.classifier.predict(pixels);
  const label = truth ?? predicted;
  const loss = -Math.log(probabilities[label]);
  const image = { index: 0, label, predicted, probabilities, loss, pixels };
  const { shape, classNames } = info;
  return {
    model: name,
    saliency: await explainPrediction(inner.classifier, image, shape),
    classNames,
    shape,
  };
}
