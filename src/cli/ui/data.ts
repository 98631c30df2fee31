/** Progress of getting data: a bar for a download, a line for a notice. */

import type { DataEvent, FileState } from '../../platform/node/data/store.ts';
import type { CliContext } from '../context.ts';
import type { Progress } from './progress.ts';

/** Handles data events; `end` closes an open bar. */
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

const proofs = {
  sha256: 'SHA-256 as published',
  'gzip-md5': "MD5 of the publisher's .gz matched",
  shape: 'shape and labels only',
};

/** The state of one file of a known set, as a line. */
export function fileStateLine(file: FileState): string {
  const role = file.role.padEnd(13);
  return file.state === 'ok'
    ? `${role} ok       ${proofs[file.proof]}  ${file.path}`
    : `${role} ${file.state.padEnd(8)} ${file.problem}`;
}
