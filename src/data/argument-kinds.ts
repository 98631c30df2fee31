/** Argument checks for images and data sets. */

import { aNumber, anArray, anObject, arrayOf, aString, bytes, kind, record } from '../core/arguments.ts';

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
/** Its contents are checked on use. */
export const aPicture = record({}, 'a picture, { data, width, height }');
