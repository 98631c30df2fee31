/** A sheet of photographs, each beside what networks saw of it before and see now. */

import sharp, { type OverlayOptions } from 'sharp';

const [PHOTO, HEIGHT, SMALL, GAP, COLUMNS] = [120, 96, 84, 6, 4];

/** One row's worth of a photograph. */
export interface SheetEntry {
  readonly encoded: Uint8Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The sheet as a JPEG. */
export async function drawSheet(entries: readonly SheetEntry[]): Promise<Uint8Array> {
  const cell = PHOTO + 2 * SMALL + 4 * GAP;
  const rows = Math.ceil(entries.length / COLUMNS);
  const layers: OverlayOptions[] = [];
  for (const [k, { encoded, before, after }] of entries.entries()) {
    const left = (k % COLUMNS) * cell + GAP;
    const top = Math.floor(k / COLUMNS) * (HEIGHT + GAP) + GAP;
    const photo = sharp(encoded).resize(PHOTO, HEIGHT, { fit: 'contain', background: '#fff' });
    layers.push({ input: await photo.png().toBuffer(), left, top });
    layers.push({ input: await enlarged(before), left: left + PHOTO + GAP, top: top + 6 });
    layers.push({ input: await enlarged(after), left: left + PHOTO + SMALL + 2 * GAP, top: top + 6 });
  }
  const size = { width: COLUMNS * cell, height: rows * (HEIGHT + GAP) + GAP };
  return await sharp({ create: { ...size, channels: 3, background: '#fff' } })
    .composite(layers)
    .jpeg({ quality: 82 })
    .toBuffer();
}

async function enlarged(pixels: Uint8Array): Promise<Buffer> {
  return await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
    .resize(SMALL, SMALL, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
