/** Opens a data set with progress bars, and prints what was found. */

import { printable } from '../../core/printable.ts';
import type { ImportEvent, ImportOptions } from '../../data/import/options.ts';
import { importDigest } from '../../data/import/summary.ts';
import type { OpenedDataset } from '../../platform/node/data/open-dataset.ts';
import type { CliContext } from '../context.ts';
import { dataView } from './data.ts';
import { count } from './format.ts';
import type { Progress } from './progress.ts';

const STAGES: Readonly<Record<ImportEvent['stage'], string>> = {
  list: 'listing files',
  look: 'inspecting pictures',
  read: 'reading pictures',
  write: 'writing the cache',
};

/** Handles import events with a bar for each stage; `end` closes the open one. */
export function importView(context: CliContext): {
  onProgress: (event: ImportEvent) => void;
  end: () => void;
} {
  let open: { stage: ImportEvent['stage']; progress: Progress } | undefined;
  const end = (): void => {
    open?.progress.done();
    open = undefined;
  };
  const onProgress = ({ stage, done, total }: ImportEvent): void => {
    if (total === 0) return;
    if (open?.stage !== stage) {
      end();
      open = { stage, progress: context.progress(total, STAGES[stage]) };
    }
    open.progress.update(done, `${count(done)} of ${count(total)}`);
  };
  return { onProgress, end };
}

/** Says that a name now means other images than it did. */
export function tookNameNotice(name: string): string {
  return `The name ${name} meant the images of another path until now. Runs keep the images that they were trained on. To keep both names, import one of the paths with --name.`;
}

/** `openDataset` with progress. A new import prints its findings once. */
export async function openWatched(
  source: string,
  context: CliContext,
  options: ImportOptions & { readonly name?: string | undefined } = {},
): Promise<OpenedDataset> {
  const { openDataset } = await import('../../platform/node/data/open-dataset.ts');
  const { flagsOfKept } = await import('../../platform/node/data/kept-options.ts');
  const { signal, env } = context;
  const { onProgress, end } = importView(context);
  const data = dataView(context);
  try {
    const opened = await openDataset(source, { ...options, signal, env, onProgress, onData: data.onData });
    end();
    if (opened.report !== undefined && opened.isNew)
      for (const line of importDigest(opened.info, opened.report)) context.err(printable(line));
    const flags = flagsOfKept(opened.kept);
    if (flags !== '')
      context.err(`${opened.info.name}: imported with the options of couture data import: ${flags}`);
    if (opened.tookName) context.err(tookNameNotice(opened.info.name));
    return opened;
  } finally {
    end();
    data.end();
  }
}
