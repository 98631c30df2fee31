/** One product, from plain TypeScript to OpenBLAS; and OpenBLAS's peak, which arithmetic is held against. */

import type { Bench } from '../bench.ts';
import type { Result, Trial } from '../measure.ts';
import { ladderShapes, peakShape } from '../models.ts';
import { findPython, node, openblas, threadCounts } from '../starts.ts';

export async function measureLadder(bench: Bench): Promise<Result[]> {
  const { python: commands, budget } = bench.options;
  // PyTorch's own Python where there is one: the same BLAS for both.
  const python = findPython('torch, numpy', commands) ?? findPython('numpy', commands);
  if (!python) bench.lack('OpenBLAS', 'no Python with numpy was found');
  const plain = await bench.start(node('Kernels', 'plain', 'kernels.ts', 'plain'));
  const paired = await bench.start(node('Kernels', 'paired', 'kernels.ts', 'paired'));
  const avx2 = process.arch === 'x64' ? ['Haswell'] : [];
  const libraries = python
    ? await bench.startAll(
        [undefined, ...avx2].flatMap((type) =>
          threadCounts.map((threads) => openblas(python, threads, type)),
        ),
      )
    : [];
  const ask = { ask: 'matmul', budget: budget / 10 } as const;
  const trials: Trial[] = [];
  for (const { label, ...shape } of ladderShapes) {
    const rung = (contender: typeof plain, kernel: string) => {
      const question = { ...ask, ...shape, kernel };
      if (contender) trials.push({ contender, label: `${label} ${kernel}`, scale: 1, question });
    };
    for (const kernel of ['reference', 'scalar', 'vector', 'narrow', 'wide']) rung(plain, kernel);
    rung(paired, 'wide');
  }
  for (const { label, ...shape } of [...ladderShapes, peakShape]) {
    for (const contender of libraries)
      trials.push({ contender, label, scale: 1, question: { ...ask, ...shape, kernel: 'sgemm' } });
  }
  const results = await bench.measure(trials, 'Kernel ladder');
  bench.stopAll();
  return results;
}
