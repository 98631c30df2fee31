/** The figures of a run as files. */

import { join } from 'node:path';
import { auditFigures } from '../../../figures/audit.ts';
import type { Figure, FigureOptions } from '../../../figures/figure.ts';
import { type FigureEntry, runFigures } from '../../../figures/table.ts';
import { type FigureFormat, nodeDocument, themeOf, writeFigure } from '../images/figures.ts';
import { makeFolder } from '../files/files.ts';
import { findAudit } from './find-audit.ts';
import { openFinishedRuns } from './finished-run.ts';
import { type InspectRunOptions, inspectFinished } from './inspect-run.ts';
import { loadSplits } from './run-data.ts';
import type { Run } from './run-folder.ts';

/** Which figures, and how they are drawn. */
export interface DrawRunOptions extends InspectRunOptions, Pick<FigureOptions, 'theme' | 'width'> {
  readonly format?: FigureFormat | undefined;
  /** Some of the figures, by name; by default all. */
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
 * Draws the figures of a finished run into a folder, each as `<name>.svg` or `<name>.png`: those that there is
 * something to draw for, those of an audit where its data has been audited.
 * @throws CoutureError of kind `usage` when there is no such run, `runtime` when a file cannot be written
 */
export async function drawRun(
  run: Run | string,
  folder: string,
  { format = 'svg', names = figureNames, theme, width, ...options }: DrawRunOptions = {},
): Promise<FigureFile[]> {
  const [finished] = await openFinishedRuns([run]);
  await makeFolder(folder);
  const splits = await loadSplits(finished.run.config, finished.run.path, options);
  const examples = (await findAudit(finished, splits, options))?.examples;
  const umap = names.includes('map-umap') && options.show?.umap !== false;
  const inspection = await inspectFinished(finished, splits, {
    ...options,
    show: { ...options.show, umap },
  });
  const drawing = {
    document: nodeDocument(),
    theme: theme ?? themeOf(format),
    width,
  } as const;
  const figures = [
    ...drawAll(runFigures, inspection, names, drawing),
    ...(examples === undefined ? [] : drawAll(auditFigures, examples, names, drawing)),
  ];
  const files: FigureFile[] = [];
  for (const figure of figures) {
    const path = join(folder, `${figure.name}.${format}`);
    await writeFigure(path, figure, format);
    files.push({ name: figure.name, title: figure.title, path });
  }
  return files;
}

/** Those of a table that are wanted and have something to show. */
function drawAll<Subject>(
  table: readonly FigureEntry<Subject>[],
  subject: Subject,
  names: readonly string[],
  drawing: FigureOptions,
): Figure[] {
  return table
    .filter(({ name, has }) => names.includes(name) && (has?.(subject) ?? true))
    .map(({ draw }) => draw(subject, drawing));
}
