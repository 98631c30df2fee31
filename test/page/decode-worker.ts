/** A worker that decodes one picture from every kind of source that a worker has, and posts its pixels by kind. */

import { type PageImage, pagePicture } from '../../src/platform/web/decode.ts';

const pixels = new ImageData(
  Uint8ClampedArray.from({ length: 3 * 2 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256)),
  3,
  2,
);

async function decodeAll(): Promise<Record<string, number[] | string>> {
  const canvas = new OffscreenCanvas(3, 2);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  const file = await canvas.convertToBlob({ type: 'image/png' });
  const sources: Readonly<Record<string, PageImage>> = {
    ImageData: pixels,
    ImageBitmap: await createImageBitmap(pixels),
    OffscreenCanvas: canvas,
    Blob: file,
    File: new File([file], 'tiny.png'),
    Uint8Array: new Uint8Array(await file.arrayBuffer()),
  };
  const decoded = Object.entries(sources).map(async ([kind, source]) => {
    const outcome = await pagePicture(source).then(({ data }) => [...data], String);
    return [kind, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(decoded));
}

postMessage({ expected: [...pixels.data], decoded: await decodeAll() });
