/** Getting data as it is watched: a bar for a download, a line for what needs to be known. */

import type { DataEvent } from '../../platform/node/data/store.ts';
import type { CliContext } from '../context.ts';
import type { Progress } from './progress.ts';

/** A consumer of data events; `end` closes a bar that is still open. */
export function dataView(context: CliContext): { onData: (event: DataEvent) => void; end: () => void } {
  let open: { progress: Progress; file: string } | undefined;
  const end = (): void => {
    open?.progress.done();
    open = undefined;
  };
  const onData = ({ stage, file, done, total }: DataEvent): void => {
    if (stage !== 'download' || total === 0) {
      end();
      if (stage === 'note') context.err(file);
      if (stage === 'package') context.err(`Running ${file}`);
      return;
    }
    if (open?.file !== file) {
      end();
      open = { file, progress: context.progress(total, file.slice(file.lastIndexOf('/') + 1)) };
    }
    open.progress.update(done, `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
  };
  return { onData, end };
}
