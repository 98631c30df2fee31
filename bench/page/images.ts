/** The bench's images, in a page. */

import type { Images, Part } from '../data.ts';

export async function fetchImages(part: Part): Promise<Images> {
  const read = async (what: string) =>
    new Uint8Array(await (await fetch(`/images/${part}-${what}`)).arrayBuffer());
  return { images: await read('images'), labels: await read('labels') };
}
