/** The block of docs/gpu.md on WebGPU in pages. */

import { ratio } from '../findings.ts';
import { digits, figure, table, times } from '../report/markdown.ts';
import { CHECKED_STEPS, type GpuPage, gpuPeers, sure } from './gpu.ts';

export function gpuPageText(found: GpuPage): string {
  const { adapter, steps, learned, missing, versions } = found;
  const stepsOf = (family: string, model: string) =>
    steps.find((each) => each.family === family && each.label === `step ${model}`);
  const learnedBy = (family: string, model: string) =>
    learned.find((each) => each.family === family && each.model === model);
  const rows = Object.values(gpuPeers).map((family) => [
    family,
    ...['A', 'B'].flatMap((model) => {
      const [own, base] = [stepsOf(family, model), stepsOf('Couture', model)];
      const { commands } = learnedBy(family, model) ?? {};
      const over = ratio(own?.median, base?.median);
      return [
        figure(own, 1e3, false),
        over === undefined ? '' : times(over),
        commands === undefined ? '' : digits(commands.dispatches),
      ];
    }),
    learnedBy(family, sure.name)?.loss.toFixed(4) ?? '',
  ]);
  const head = ['A', 'B'].flatMap((model) => [
    `${model}, ms`,
    `${model}, over Couture`,
    `${model}, dispatches`,
  ]);
  const sections = [
    adapter.software
      ? `**No GPU was there.** The adapter is ${adapter.name}: software, which computes on the CPU. The milliseconds show how much arithmetic ` +
        'and how many commands a step is, and not the speed of any GPU. The dispatches hardly depend on the adapter.'
      : `Measured on ${adapter.name}.`,
    table(['', ...head, 'loss'], rows),
    `A is \`baseline\` and B \`deeper\`, in batches of 64 with Adam, in headless Chromium: the median of ${found.repeats} rounds in turns, with the range of the rounds. All begin with ` +
      `the same weights and see the same images. The loss is the mean of the last ten of the first ${CHECKED_STEPS} steps of A without dropout, in which nothing is random. ` +
      'The peers are given each batch from the page, as their examples do it, and no one waits for the loss of a step. ' +
      'The first row is Couture as a page has it, in a worker; on a software adapter its kernels use no workgroup memory. The second row has the kernels that a GPU gets.',
    `${[...new Set(Object.values(versions))].join('; ')}; ${found.machine}, with a load of ${digits(found.load)} at the end of the run; ${found.date}. \`npm run bench -- gpu-page\` measures again.`,
  ];
  if (missing.length > 0)
    sections.push(`Not measured: ${missing.map(({ who, reason }) => `${who} (${reason})`).join('; ')}.`);
  return sections.join('\n\n');
}
