/** The whole way from files to a data set: class folders of pictures, read, decoded, prepared and split, as in a page. */

import { datasetsFromFiles } from '../../../../src/data/from-pictures.ts';
import { imageSize } from '../../../../src/data/image-shape.ts';
import type { ImportedDatasets } from '../../../../src/data/import/datasets.ts';
import { decodePicture } from '../../../../src/platform/node/images/decode.ts';
import type { Draw } from '../draw.ts';
import { mutate } from '../mutate.ts';
import { bytesReader, must, type Sample } from '../reader.ts';
import { makePng } from './images.ts';
import { encodeTar } from './tar.ts';
import { encodeZip } from './zip.ts';

/** How many pictures there are of each class. */
type Counts = ReadonlyMap<string, number>;

/** @param damage the share of pictures that are changed */
function makeFolders(draw: Draw, damage: number): Sample<Counts> {
  const files = new Map<string, Uint8Array>();
  const counts = new Map<string, number>();
  for (const label of ['cat', 'dog', '10', '9'].slice(0, draw.between(2, 4))) {
    const count = draw.between(2, 5);
    counts.set(label, count);
    for (let i = 0; i < count; i++) {
      const { bytes, fields } = makePng(draw);
      const isDamaged = draw.chance(damage);
      files.set(
        `${label}/${i}.png`,
        isDamaged ? mutate({ bytes, fields: fields ?? [], other: undefined }, draw) : bytes,
      );
    }
  }
  const bytes = draw.chance(0.5) ? encodeTar(files, () => 'plain') : encodeZip(files, () => true).bytes;
  return { bytes, truth: counts };
}

function mustBeWhole({ train, test }: ImportedDatasets): void {
  for (const { info, images, labels, length } of [train, test]) {
    must(
      labels.length === length && images.length === length * imageSize(info.shape),
      'images and labels do not fit',
    );
    must(
      labels.every((label) => label < info.classNames.length),
      'a label past the classes',
    );
  }
  must(train.info.classNames.join() === test.info.classNames.join(), 'the splits have other classes');
}

export const imports = bytesReader<Counts, ImportedDatasets>({
  name: 'imports',
  weight: 1.5,
  make: (draw) => makeFolders(draw, 0),
  mutate(bytes, draw) {
    // A damaged picture is skipped and reported; a damaged archive is not read.
    return draw.chance(0.6)
      ? makeFolders(draw, 0.3).bytes
      : mutate({ bytes, fields: [], other: undefined }, draw);
  },
  read: async (bytes) =>
    await datasetsFromFiles(new File([new Uint8Array(bytes)], 'set.bin'), {}, (file, name) =>
      decodePicture(file, name),
    ),
  exact({ train, test, report }, counts) {
    must(
      [...counts.keys()].sort().join() === [...train.info.classNames].sort().join(),
      'other classes than were written',
    );
    const copies = report.passedOverCount;
    const written = [...counts.values()].reduce((sum, count) => sum + count, 0);
    must(
      train.length + test.length + copies === written,
      `${train.length} and ${test.length} of ${written} images`,
    );
  },
  sound: mustBeWhole,
});
