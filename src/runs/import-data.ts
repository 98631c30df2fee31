/** The description of the images of an imported network. */

import { CoutureError } from '../core/errors.ts';
import { inQuotes } from '../core/printable.ts';
import { describeSplits } from '../data/checksums.ts';
import { checkDatasetInfo, type DatasetInfo } from '../data/dataset-info.ts';
import { describeShape, type ImageShape, sameShape } from '../data/image-shape.ts';
import { type PixelScaling, plainSteps } from '../data/preprocessing.ts';
import type { ExportDescription } from '../ship/exports/export-model.ts';
import type { RunDataOptions, RunPlatform } from './platform.ts';

/** What a file of tensors may not say about its images. */
export interface ImportedImages extends RunDataOptions {
  /** Gives shape, classes and preparation of pictures; its test images give the figures of the card. */
  readonly data?: DatasetInfo | undefined;
  /** Shape and classes where there is no data set. */
  readonly shape?: ImageShape | undefined;
  readonly classNames?: readonly string[] | undefined;
  /** How bytes become numbers: (p / 255 - offset) / scale, the mean and std of torchvision's Normalize. */
  readonly pixels?: PixelScaling | undefined;
}

/** The description of the images: that of the data set, of the export, or from shape and classes. */
export async function dataOf(
  platform: RunPlatform,
  description: ExportDescription | undefined,
  options: ImportedImages,
  file: string,
): Promise<DatasetInfo> {
  const { data, shape, classNames, pixels } = options;
  if (description !== undefined && data !== undefined) checkSameClasses(description.data, data, file);
  const known = data === undefined ? description?.data : await withSplits(platform, data, options);
  const scaling = pixels ?? description?.data.preprocessing.pixels;
  if (scaling === undefined)
    throw new CoutureError('usage', `${file} does not say how pixels become numbers.`);
  if (known !== undefined) {
    const channels = perChannel(scaling, known.shape);
    return checkDatasetInfo({ ...known, preprocessing: { ...known.preprocessing, pixels: channels } }, file);
  }
  return checkDatasetInfo(
    {
      version: 1,
      name: 'imported',
      shape,
      classNames,
      preprocessing: { version: 1, picture: plainSteps, pixels: shape && perChannel(scaling, shape) },
      origin: { kind: 'memory' },
      splits: {},
    },
    file,
  );
}

/** The classes of an export are those of its outputs: other names would give its answers another meaning. */
function checkSameClasses(own: DatasetInfo, given: DatasetInfo, file: string): void {
  if (!sameShape(own.shape, given.shape))
    throw new CoutureError(
      'usage',
      `${file} is for images of ${describeShape(own.shape)}, but those of ${given.name} are ${describeShape(given.shape)}.`,
      { hint: `Give the data set that it was trained on, ${own.name}, or leave out --data.` },
    );
  const { classNames } = own;
  if (JSON.stringify(classNames) === JSON.stringify(given.classNames)) return;
  const at = classNames.findIndex((name, i) => name !== given.classNames[i]);
  const difference =
    classNames.length === given.classNames.length
      ? `class ${at} is ${inQuotes(classNames[at])} in the file and ${inQuotes(given.classNames[at])} in the data set`
      : `${classNames.length} in the file and ${given.classNames.length} in the data set`;
  throw new CoutureError('usage', `${file} has other classes than ${given.name}: ${difference}.`, {
    hint: `Give the data set that it was trained on, ${own.name}, or leave out --data.`,
  });
}

/** With the checksums of both splits, by which other commands know the images again. */
async function withSplits(
  platform: RunPlatform,
  data: DatasetInfo,
  options: ImportedImages,
): Promise<DatasetInfo> {
  const train = await platform.loadSplit(data, 'train', options);
  const { splits } = await describeSplits(train, await platform.loadSplit(data, 'test', options));
  return { ...data, splits };
}

/** One offset and scale for all channels, or one for each. */
function perChannel({ offset, scale }: PixelScaling, { channels }: ImageShape): PixelScaling {
  const spread = (values: readonly number[]): readonly number[] =>
    values.length === 1 ? new Array<number>(channels).fill(values[0]) : values;
  return { offset: spread(offset), scale: spread(scale) };
}
