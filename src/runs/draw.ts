/** The figures of a run as files. */

import { auditFigures } from '../figures/audit.ts';
import type { Figure, FigureOptions } from '../figures/figure.ts';
import { type FigureEntry, isUsual, runFigures } from '../figures/table.ts';
import { checkFormat, type FigureFormat, themeOf, writeFigure } from './figure-files.ts';
import { findAudit } from './find-audit.ts';
import { openFinishedRuns } from './finished-run.ts';
import { type InspectRunOptions, inspectFinished } from './inspect.ts';
import { checkOutput } from './output.ts';
import { documentOf, type RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { loadSplits } from './run-data.ts';

/** Options for drawing figures. */
export interface DrawRunOptions extends InspectRunOptions, Pick<FigureOptions, 'theme' | 'width'> {
  readonly format?: FigureFormat | undefined;
  /** Some of the figures, by name; by default all that say something of this run. */
  readonly names?: readonly string[] | undefined;
}

/** A figure that was written. */
export interface FigureFile {
  readonly name: string;
  readonly title: string;
  readonly path: string;
}

/** Names of all figures that a run, and an audit of its data, can have. */
export const figureNames: readonly string[] = [...runFigures, ...auditFigures].map(({ name }) => name);

/**
 * Draws the figures of a finished run into a folder, each as `<name>.svg` or `<name>.png`: those with
 * something to draw, and those of an audit if its data has one.
 * @throws CoutureError of kind `usage` when the run does not exist, `runtime` when a file cannot be written
 */
export async function drawRun(
  platform: RunPlatform,
  run: Run | string,
  folder: string,
  { format = 'svg', names, theme, width, ...options }: DrawRunOptions = {},
): Promise<FigureFile[]> {
  const [finished] = await openFinishedRuns(platform, [run]);
  const document = await documentOf(platform);
  const pathOf = (name: string) => platform.store.paths.join(folder, `${name}.${format}`);
  checkFormat(platform, format);
  for (const name of names ?? figureNames) await checkOutput(platform, pathOf(name));
  const splits = await loadSplits(platform, finished.run.config, finished.run.path, options);
  const examples = (await findAudit(platform, finished, splits, options))?.examples;
  const umap = (names ?? figureNames).includes('map-umap') && options.show?.umap !== false;
  const inspection = await inspectFinished(platform, finished, splits, {
    ...options,
    show: { ...options.show, umap },
  });
  const drawing = {
    document,
    theme: theme ?? themeOf(format),
    width,
  } as const;
  const figures = [
    ...drawAll(runFigures, inspection, names, drawing),
    ...(examples === undefined ? [] : drawAll(auditFigures, examples, names, drawing)),
  ];
  const files: FigureFile[] = [];
  for (const figure of figures) {
    const path = pathOf(figure.name);
    await writeFigure(platform, path, figure, format);
    files.push({ name: figure.name, title: figure.title, path });
  }
  return files;
}

/** The wanted figures of a table that have something to show; without names the usual ones. */
function drawAll<Subject>(
  table: readonly FigureEntry<Subject>[],
  subject: Subject,
  names: readonly string[] | undefined,
  drawing: FigureOptions,
): Figure[] {
  return table
    .filter((entry) =>
      names === undefined
        ? isUsual(entry, subject)
        : names.includes(entry.name) && (entry.has?.(subject) ?? true),
    )
    .map(({ draw }) => draw(subject, drawing));
}
