/** Pictures of a person's own for the tests of the Studio: bars at two heights, as an archive of class folders. */

import { downloadZip } from 'client-zip';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';

/** A picture of 28x28 pixels with a bright bar at a height. */
export function barPng(height: number, seed: number): Uint8Array {
  const data = new Uint8Array(28 * 28).map((_, i) => Math.imul(i + 1 + seed * 797, 0x9e3779b1) >>> 26);
  data.fill(220, height * 28, (height + 4) * 28);
  return encode({ width: 28, height: 28, channels: 1, data });
}

/** An archive of the classes `top` and `low`, with so many pictures each, no two of them the same. */
export async function barsZip(
  images: number,
  more: { name: string; input: Uint8Array }[] = [],
): Promise<Buffer> {
  const classes = { top: 3, low: 20 };
  const files = Object.entries(classes).flatMap(([name, height], label) =>
    Array.from({ length: images }, (_, i) => ({
      name: `bars/${name}/${i}.png`,
      input: barPng(height + (i % 3), label * 1000 + i),
    })),
  );
  return Buffer.from(await downloadZip([...files, ...more]).arrayBuffer());
}

/** Chooses a file under Data. */
export async function chooseFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator('.own-data input[type=file]').first().setInputFiles({ name, mimeType: '', buffer });
}

/** Imports an archive of bars under a name, and waits until its images are at hand. */
export async function importBars(page: Page, zip: Buffer, name = 'bars'): Promise<void> {
  await chooseFile(page, `${name}.zip`, zip);
  await page
    .locator('.now')
    .getByText(new RegExp(`^${name}`))
    .waitFor();
}
