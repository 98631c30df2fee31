/**
 * The first layers of a run after its epochs, as files of the page: a person can go back to earlier epochs also after a
 * reload. They are pictures only, and a run is whole without them.
 */

import type { RunStore } from 'couture/runs';
import { earlierKept, MOST_EPOCHS } from '../kept-epochs.ts';

/** Most units whose weights are drawn. */
export const MOST_UNITS = 96;
/** The value of a cell that stands for the largest weight; 0 stands for the smallest, and the half for 0. */
export const MOST_CELL = 254;

const FOLDER = 'first-layer';
/** The first bytes of a file: `CFL1`, then units, width and height in 2 bytes each, little-endian. */
const MAGIC = 0x314c4643;
const HEAD = 10;
const MOST_SIDE = 1024;
const MOST_BYTES = HEAD + MOST_UNITS * MOST_SIDE * MOST_SIDE;

/** The units with the largest norms: a cell for each pixel, unit by unit. */
export interface FirstLayer {
  readonly units: number;
  readonly width: number;
  readonly height: number;
  readonly cells: Uint8Array;
}

/** As the bytes of a file. */
export function encodeFirstLayer({ units, width, height, cells }: FirstLayer): Uint8Array {
  const bytes = new Uint8Array(HEAD + cells.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  for (const [i, value] of [units, width, height].entries()) view.setUint16(4 + 2 * i, value, true);
  bytes.set(cells, HEAD);
  return bytes;
}

/** From the bytes of a file; undefined for a file that is not one of these. */
export function decodeFirstLayer(bytes: Uint8Array): FirstLayer | undefined {
  if (bytes.length <= HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [units, width, height] = [4, 6, 8].map((at) => view.getUint16(at, true));
  const cells = bytes.subarray(HEAD);
  const isOne =
    view.getUint32(0, true) === MAGIC &&
    units <= MOST_UNITS &&
    Math.max(width, height) <= MOST_SIDE &&
    cells.length === units * width * height &&
    cells.every((cell) => cell <= MOST_CELL);
  return isOne ? { units, width, height, cells } : undefined;
}

/** An epoch with its first layer. */
export interface KeptLayer {
  readonly epoch: number;
  readonly layer: FirstLayer;
}

/** What is kept, by run. */
export class KeptLayers {
  readonly #open: () => Promise<RunStore>;
  /** Changes, one after another. Where one fails, for want of room, the run has fewer pictures. */
  #changing: Promise<void> = Promise.resolve();

  constructor(open: () => Promise<RunStore>) {
    this.#open = open;
  }

  /** Keeps the first layer after an epoch. */
  keep(run: string, { epoch, layer }: KeptLayer): void {
    this.#change(async (store) => {
      const folder = store.paths.join(FOLDER, run);
      const all = await epochsOf(store, run);
      const kept = new Set(earlierKept(all, epoch).map((one) => one.epoch));
      for (const one of all)
        if (!kept.has(one.epoch)) await store.remove(store.paths.join(folder, String(one.epoch)));
      await store.makeFolder(folder);
      await store.write(store.paths.join(folder, String(epoch)), encodeFirstLayer(layer));
    });
  }

  /** Removes what is kept of a run. */
  drop(run: string): void {
    this.#change(async (store) => await store.remove(store.paths.join(FOLDER, run)));
  }

  /** What is kept of a run, from its first epoch on, up to an epoch. */
  async read(run: string, upTo: number): Promise<KeptLayer[]> {
    await this.#changing;
    const store = await this.#open();
    const found: KeptLayer[] = [];
    const epochs = (await epochsOf(store, run)).filter(({ epoch }) => epoch <= upTo);
    for (const { epoch } of epochs.slice(-MOST_EPOCHS)) {
      const bytes = await store.read(store.paths.join(FOLDER, run, String(epoch)), MOST_BYTES);
      const layer = bytes === undefined ? undefined : decodeFirstLayer(bytes);
      if (layer !== undefined) found.push({ epoch, layer });
    }
    return found;
  }

  #change(work: (store: RunStore) => Promise<void>): void {
    this.#changing = this.#changing.then(async () => await work(await this.#open())).catch(() => {});
  }
}

async function epochsOf(store: RunStore, run: string): Promise<{ readonly epoch: number }[]> {
  const names = await store.list(store.paths.join(FOLDER, run));
  return names
    .filter((name) => /^[1-9]\d{0,6}$/.test(name))
    .map((name) => ({ epoch: Number(name) }))
    .sort((a, b) => a.epoch - b.epoch);
}
