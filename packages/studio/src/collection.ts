/** Images that are collected in the page, class by class, and the archive that they become. */

import { signal } from '@preact/signals';

/** One picture of a class. */
export interface Collected {
  readonly id: number;
  readonly data: ImageData;
}

/** A class with its pictures. */
export interface CollectedClass {
  readonly name: string;
  readonly pictures: readonly Collected[];
}

/** Fewest pictures of a class that can be trained on. */
export const FEWEST = 5;

export const classes = signal<readonly CollectedClass[]>([
  { name: 'first', pictures: [] },
  { name: 'second', pictures: [] },
]);

let last = 0;

/** Changes one class. */
export function changeClass(place: number, change: (one: CollectedClass) => CollectedClass): void {
  classes.value = classes.value.map((one, i) => (i === place ? change(one) : one));
}

/** Adds a picture to a class. */
export function collect(place: number, data: ImageData): void {
  last += 1;
  const picture = { id: last, data };
  changeClass(place, (one) => ({ ...one, pictures: [...one.pictures, picture] }));
}

/** What keeps the collection from being a data set; undefined where nothing does. */
export function lacking(): string | undefined {
  const names = classes.value.map(({ name }) => name.trim());
  if (names.some((name) => !/^[^/\\\p{Cc}]{1,60}$/u.test(name) || name.startsWith('.')))
    return 'Every class needs a name without slashes.';
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    return 'Two classes have the same name.';
  if (names.length < 2) return 'A data set needs two classes.';
  const few = classes.value.find(({ pictures }) => pictures.length < FEWEST);
  return few && `Each class needs at least ${FEWEST} pictures: ${few.name} has ${few.pictures.length}.`;
}

/** The collection as a ZIP of class folders, which the command line reads as well. */
export async function archive(): Promise<File> {
  const { downloadZip } = await import('client-zip');
  const files = await Promise.all(
    classes.value.flatMap(({ name, pictures }) =>
      pictures.map(async ({ id, data }) => ({ name: `${name.trim()}/${id}.png`, input: await png(data) })),
    ),
  );
  return new File([await downloadZip(files).blob()], 'collected.zip');
}

async function png(data: ImageData): Promise<Blob> {
  const canvas = new OffscreenCanvas(data.width, data.height);
  canvas.getContext('2d')?.putImageData(data, 0, 0);
  return await canvas.convertToBlob({ type: 'image/png' });
}
