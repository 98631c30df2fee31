/** Data sets from pictures and files in code on Node. For a path on disk there is `importDataset`. */

import type { Dataset } from '../../../data/dataset.ts';
import {
  datasetFromPictures,
  datasetsFromFiles,
  type FileLike,
  type FilesOptions,
  type PicturesOptions,
} from '../../../data/from-pictures.ts';
import type { ImportedDatasets } from '../../../data/import/datasets.ts';
import { decodePicture } from '../images/decode.ts';
import { decodeNodePicture, type NodePicture } from '../images/picture.ts';

/**
 * A data set from pictures: paths and bytes of PNG, JPEG and WebP files, and Blobs. Each is prepared like a
 * picture for prediction.
 *
 *     const dataset = await datasetFromImages({ images: paths, labels, shape: { height: 28, width: 28 } });
 *
 * @throws CoutureError of kind `usage` for a value that is not a picture, `data` for one that cannot be read
 * and where labels do not fit,
 *   `interrupted` when `signal` aborts
 */
export async function datasetFromImages(request: PicturesOptions<NodePicture>): Promise<Dataset> {
  return await datasetFromPictures(request, decodeNodePicture);
}

/** Like the function of that name in a page: both splits from `File`s, decoded by Node. */
export async function datasetFromFiles(
  files: FileLike | Iterable<FileLike>,
  options: FilesOptions = {},
): Promise<ImportedDatasets> {
  return await datasetsFromFiles(files, options, decodePicture);
}
