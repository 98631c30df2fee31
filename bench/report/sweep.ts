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
    'Each setting is measured in two short rounds. Those with the fastest round took part in the other tables. PyTorch has threads of its own and those of its BLAS. ' +
      'By default glibc gives large buffers back to the system, and each step pays for their pages again. With `MALLOC_MMAP_THRESHOLD_`, ' +
      '`MALLOC_TRIM_THRESHOLD_` and `MALLOC_TOP_PAD_` raised it keeps them, and so does tcmalloc (`LD_PRELOAD=libtcmalloc_minimal.so.4`). "foreach" is ' +
      'Adam in one call for all parameters. It is tried with the best of the other settings. All settings flush denormal numbers to 0.',
    table(['PyTorch', ...columns.map(([, , head]) => head)], rows),
  ].join('\n\n');
}
