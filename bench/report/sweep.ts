/** PyTorch's settings as Markdown. */

import type { Findings } from '../findings.ts';
import { best, type Result } from '../measure.ts';
import { figure, settingsOf, table } from './markdown.ts';

const columns = [
  ['epoch A', 1, 'A, epoch, s'],
  ['epoch B', 1, 'B, epoch, s'],
  ['evaluate', 1e3, 'B, 10,000 images, ms'],
  ['predict', 1e6, 'B, one image, µs'],
] as const;

export function sweepSection({ sweep }: Findings): string | undefined {
  if (!sweep) return undefined;
  const rows = settingsOf(sweep).map(([, setting]) => {
    const find = (label: string): Result | undefined =>
      sweep.find((r) => r.setting === setting && r.label === label);
    const cells = columns.map(([label, scale]) =>
      figure(find(label), scale, best(sweep, 'PyTorch', label) === find(label)),
    );
    return [setting, ...cells];
  });
  return [
    "### PyTorch's settings",
    'A short look at each, two rounds; those with the fastest round took part in all that is above and below. Its own threads and those of its BLAS are set apart. glibc as it ' +
      'comes gives large buffers back to the system, and pays for their pages again in the next step; it keeps them with `MALLOC_MMAP_THRESHOLD_`, ' +
      '`MALLOC_TRIM_THRESHOLD_` and `MALLOC_TOP_PAD_` raised. tcmalloc (`LD_PRELOAD=libtcmalloc_minimal.so.4`) keeps them, too. "foreach" is ' +
      'Adam in one call for all parameters, tried where the rest is best. Denormal numbers are flushed to 0 in all of them.',
    table(['PyTorch', ...columns.map(([, , head]) => head)], rows),
  ].join('\n\n');
}
