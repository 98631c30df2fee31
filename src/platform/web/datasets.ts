/** Data sets from pictures and files of a page. */

import type { Dataset } from '../../data/dataset.ts';
import {
  datasetFromPictures,
  datasetsFromFiles,
  type FileLike,
  type FilesOptions,
  type PicturesOptions,
} from '../../data/from-pictures.ts';
import type { ImportedDatasets } from '../../data/import/datasets.ts';
import { decodePicture } from './decode.ts';
import { decodeWebPicture, type WebPicture } from './picture.ts';

/**
 * A data set from pictures: canvases, images, ImageData, Blobs and what else `predict` takes. Each is
 * prepared like a picture for prediction.
 *
 *     const dataset = await datasetFromImages({ images: canvases, labels, shape: { height: 28, width: 28 } });
 *
 * @throws CoutureError of kind `usage` for a value that is not a picture, `data` for one that cannot be read
 * and where labels do not fit,
 *   `interrupted` when `signal` aborts
 */
export async function datasetFromImages(request: PicturesOptions<WebPicture>): Promise<Dataset> {
  return await datasetFromPictures(request, decodeWebPicture);
}

/**
 * Both splits of a data set from files: those of `<input type="file" webkitdirectory>`, a folder of class folders, or one ZIP
 * or tar archive of such a folder, a CSV or an NPZ file. The format is recognized by content, and a missing
 * test split is drawn.
 *
 *     const { train, test, report } = await datasetFromFiles(input.files);
 *
 * @throws CoutureError of kind `data` when the files hold no data set, with the expected form; `interrupted`
 * when `signal`
 *   aborts
 */
export async function datasetFromFiles(
  files: FileLike | Iterable<FileLike>,
  options: FilesOptions = {},
): Promise<ImportedDatasets> {
  return await datasetsFromFiles(files, options, async (bytes, name) =>
    decodePicture(new Uint8Array(bytes), name),
  );
}
