/** What was measured, kept beside the bench, so that the page can be written again and tests hold it to its figures. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from './findings.ts';
import type { Curves } from './gpu/curves-data.ts';
import type { GpuFigures } from './gpu/figures-data.ts';
import type { GpuPage } from './page/gpu.ts';
import type { TimeTo } from './parts/time-to.ts';
import { here } from './starts.ts';

const folder = join(here, 'results');

/** A run of the default parts. */
export const findingsFile = join(folder, 'findings.json');
export const timeToFile = join(folder, 'time-to.json');
/** WebGPU in pages, by `npm run bench -- gpu-page`. */
export const gpuPageFile = join(folder, 'gpu-page.json');
/** Figures of a machine with a GPU, by bench/gpu. */
export const gpuFile = join(folder, 'gpu.json');
/** Trainings on CPU and GPU, by `npm run gpu-curves`. */
export const curvesFile = join(folder, 'gpu-curves.json');

export function loadFindings(): Findings | undefined {
  return load(findingsFile);
}

export function loadTimeTo(): TimeTo | undefined {
  return load(timeToFile);
}

export function loadGpuPage(): GpuPage | undefined {
  return load(gpuPageFile);
}

export function loadGpu(): GpuFigures | undefined {
  return load(gpuFile);
}

export function loadCurves(): Curves | undefined {
  return load(curvesFile);
}

/** Writes one of the files. */
export function store(file: string, value: Findings | TimeTo | Curves | GpuPage | GpuFigures): void {
  mkdirSync(folder, { recursive: true });
  // Figures to some digits more than any table shows, which rounds them again.
  const short = (_: string, item: unknown) =>
    typeof item === 'number' && !Number.isInteger(item) ? Number(item.toPrecision(8)) : item;
  writeFileSync(file, `${JSON.stringify(value, short, 2)}\n`);
}

function load<Stored>(file: string): Stored | undefined {
  if (!existsSync(file)) return undefined;
  // JSON has no NaN: what has no median was not measured.
  const revive = (key: string, item: unknown) => (key === 'median' && item === null ? Number.NaN : item);
  return JSON.parse(readFileSync(file, 'utf8'), revive);
}
