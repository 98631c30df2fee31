/** Argument checks for images and data sets. */

import {
  aBoolean,
  aNumber,
  anArray,
  anObject,
  arrayOf,
  aString,
  bytes,
  either,
  type FieldsOf,
  kind,
  oneOf,
  record,
} from '../core/arguments.ts';
import type { PictureSteps } from './preprocessing.ts';

export const someLabels = arrayOf('Uint16Array');
export const aWholeNumber = kind('a whole number', Number.isInteger);
export const aShape = record(
  {
    height: aWholeNumber,
    width: aWholeNumber,
    channels: kind('1 or 3', (value) => value === 1 || value === 3),
  },
  'a shape such as { height: 28, width: 28, channels: 1 }',
);
export const anInfo = record({
  name: aString,
  shape: aShape,
  classNames: anArray,
  preprocessing: record({ picture: anObject, pixels: record({ offset: anArray, scale: anArray }) }),
});
export const aDataset = record(
  { info: anInfo, split: aString, images: bytes, labels: someLabels, length: aNumber },
  'a data set, for example from datasetFromArrays',
);
const isLevel = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
const aColor = kind(
  '[red, green, blue] with whole numbers from 0 to 255',
  (value) => Array.isArray(value) && value.length === 3 && value.every(isLevel),
);
/** As `pictureStepsSchema` has them, without zod, which an exported module does not have. */
export const stepFields: FieldsOf<PictureSteps> = {
  upright: aBoolean,
  ground: either(oneOf(['auto']), aColor),
  invert: oneOf(['auto', 'yes', 'no']),
  trim: aBoolean,
  fit: oneOf(['pad', 'crop', 'stretch']),
};
/** Its contents are checked on use. */
export const aPicture = record({}, 'a picture, { data, width, height }');
