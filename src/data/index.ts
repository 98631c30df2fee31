/** Data sets: the registry, your own files and arrays, checks, splits, and the preparation of pictures (`couture/data`). */

export type { AugmentOptions } from './augment.ts';
export { checkDataset, type Dataset, imageAt, type SplitName } from './dataset.ts';
export {
  checkDatasetInfo,
  type DatasetInfo,
  type DatasetOrigin,
  MAX_CLASSES,
  type SplitInfo,
} from './dataset-info.ts';
export { type ArraysOptions, type DatasetOptions, datasetFromArrays, type Labels } from './from-arrays.ts';
export type { FileLike, FilesOptions, PicturesOptions } from './from-pictures.ts';
export { type DatasetFromIdxOptions, datasetFromIdx } from './idx.ts';
export { type ImageShape, imageSize, MAX_SIDE } from './image-shape.ts';
export { type ImportedDatasets, importIntoMemory } from './import/datasets.ts';
export type { ImportEvent, ImportOptions } from './import/options.ts';
export type { ImportReport } from './import/report.ts';
export type { MixOptions } from './mix.ts';
export {
  type Box,
  type Picture,
  type PreparationFacts,
  type PreparedImage,
  prepareImage,
} from './prepare.ts';
export {
  centeredScaling,
  objectSteps,
  type PictureSteps,
  type PixelScaling,
  type Preprocessing,
  plainSteps,
} from './preprocessing.ts';
export { type ByteSource, blobSource, bytesSource } from './readers/bytes.ts';
export type { FileEntry } from './readers/entries.ts';
export type { FoundData, LabeledPictures } from './readers/found.ts';
export { readFiles, readOneFile } from './readers/read.ts';
export {
  type DataFile,
  type DatasetEntry,
  defaultDataset,
  findDataset,
  infoOf,
  type Role,
  registry,
  roles,
} from './registry.ts';
export { type Split, type SplitSettings, type SplitSource, splitOf, splitTrainValidation } from './split.ts';
