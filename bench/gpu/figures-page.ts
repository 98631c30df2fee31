/** The figures of a GPU as the blocks of docs/gpu.md. */

import { digits, percent, table } from '../report/markdown.ts';
import { gpuText } from './adapter.ts';
import type { BackendFigures, GpuFigures, PeerTask } from './figures-data.ts';

/** What people know the networks of the bench by. */
const names: Readonly<Record<string, string>> = {
  A: '`baseline`',
  B: '`deeper`',
  'best-single': '`best-single`',
};

/** A column: its head, and the microseconds of a step and of a prediction. */
interface Column {
  readonly head: string;
  readonly step: (name: string, batchSize: number) => number | undefined;
  readonly predict: (count: string) => number | undefined;
}

/** The blocks by their names. */
export function gpuBlocks(figures: GpuFigures): Readonly<Record<'gpu' | 'gpu-runs' | 'gpu-choices', string>> {
  return { gpu: stepsText(figures), 'gpu-runs': runsText(figures), 'gpu-choices': choicesText(figures) };
}

function stepsText(figures: GpuFigures): string {
  const { couture, pytorch, jaxGpu, jaxCpu, note } = figures;
  const columns = columnsOf(figures);
  const micros = (value: number | undefined) =>
    value === undefined ? '' : Math.round(value).toLocaleString('en-US');
  const steps = (couture.gpu?.steps ?? []).map(({ name, batchSize }) => [
    `${nameOf(name)}, ${batchSize.toLocaleString('en-US')}`,
    ...columns.map(({ step }) => micros(step(name, batchSize))),
  ]);
  const predictions = Object.keys(couture.gpu?.predictMicroseconds ?? {}).map((count) => [
    `\`deeper\`, predict ${Number(count).toLocaleString('en-US')}`,
    ...columns.map(({ predict }) => micros(predict(count))),
  ]);
  const versions = [
    `${gpuText(couture.adapter)} and ${couture.threads} threads of an ${couture.processor.replaceAll('(R)', '')}`,
    `${couture.adapter.webgpu}`,
    `Node ${couture.node}`,
    ...(pytorch ? [`PyTorch ${pytorch.torch}`] : []),
    ...((jaxGpu ?? jaxCpu) ? [`JAX ${(jaxGpu ?? jaxCpu)?.jax}`] : []),
  ];
  return [
    numbersTable(['network, batch size', ...columns.map(({ head }) => head)], [...steps, ...predictions]),
    `${versions.join(', ')}; ${couture.date}.${note ? ` ${note}` : ''} ` +
      '`node bench/gpu/report.ts FOLDER` writes these tables from the results of a machine with a GPU.',
  ].join('\n\n');
}

/** Only what was measured has a column. */
function columnsOf({ couture, pytorch, jaxGpu, jaxCpu }: GpuFigures): Column[] {
  const own = (head: string, found: BackendFigures | undefined): Column[] =>
    found === undefined
      ? []
      : [
          {
            head,
            step: (name, batchSize) =>
              found.steps.find((each) => each.name === name && each.batchSize === batchSize)?.microseconds,
            predict: (count) => found.predictMicroseconds[count],
          },
        ];
  const peer = (
    head: string,
    tasks: readonly PeerTask[] | undefined,
    way: string,
    predictions: Readonly<Record<string, number>> = {},
  ): Column[] => {
    const seconds = (name: string, batchSize: number) =>
      tasks?.find((each) => each.name === name && each.batchSize === batchSize)?.[way];
    const measured = tasks?.some((each) => typeof each[way] === 'number') ?? false;
    if (!measured) return [];
    const microseconds = (value: unknown) => (typeof value === 'number' ? 1e6 * value : undefined);
    return [
      {
        head,
        step: (name, batchSize) => microseconds(seconds(name, batchSize)),
        predict: (count) => microseconds(predictions[count]),
      },
    ];
  };
  return [
    ...own('Couture, GPU', couture.gpu),
    ...own('Couture, GPU, `--fast`', couture['gpu, fast']),
    ...peer('PyTorch, eager', pytorch?.tasks, 'eager', pytorch?.['predict cuda']),
    ...peer('PyTorch, graph', pytorch?.tasks, 'graph fused'),
    ...peer('JAX, jit', jaxGpu?.tasks, 'jit'),
    ...peer('JAX, loop', jaxGpu?.tasks, 'loop'),
    ...own('Couture, CPU', couture.cpu),
    ...peer('PyTorch, CPU', pytorch?.tasks, 'cpu', pytorch?.['predict cpu']),
    ...peer('JAX, CPU', jaxCpu?.tasks, 'loop'),
  ];
}

function runsText({ couture }: GpuFigures): string {
  const rows = couture.runs
    .filter(({ on }) => on.startsWith('gpu'))
    .map(({ on, recipe, seed, epochs, seconds, accuracy }) => [
      `\`${recipe}\`${on.includes('fast') ? ', `--fast`' : ''}`,
      String(seed),
      String(epochs),
      seconds.toFixed(1),
      percent(accuracy),
    ]);
  return numbersTable(['recipe', 'seed', 'epochs', 'seconds', 'validation accuracy'], rows);
}

/** The choices, or that they were not measured. */
function choicesText({ couture: { choices = [] } }: GpuFigures): string {
  if (choices.length === 0)
    return 'How often `auto` chooses right, over eight networks, has not been measured on a GPU yet: `bench/gpu` measures it.';
  const rows = choices.map(({ name, batchSize, epochs, chosen, cpu, gpu, loss }) => [
    `${nameOf(name)}, ${batchSize.toLocaleString('en-US')}`,
    String(epochs),
    digits(cpu),
    digits(gpu),
    chosen.toUpperCase(),
    percent(loss, 0),
  ]);
  const worst = Math.max(...choices.map(({ loss }) => loss));
  return [
    numbersTable(
      ['network, batch size', 'epochs', 'CPU, s', 'GPU, s', '`auto`', 'longer than the better'],
      rows,
    ),
    `Whole runs, the start of the backend included. At worst, the choice of \`auto\` took ${percent(worst, 0)} longer than the better backend.`,
  ].join('\n\n');
}

/** A table whose columns but the first are numbers. */
function numbersTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [top, , ...body] = table(head, rows).split('\n');
  return [
    top,
    `| --- | ${head
      .slice(1)
      .map(() => '---:')
      .join(' | ')} |`,
    ...body,
  ].join('\n');
}

function nameOf(name: string): string {
  return names[name] ?? name.replace(/^(B)(?=,)/, '`deeper`').replace(/^(baseline|deeper)$/, '`$1`');
}
