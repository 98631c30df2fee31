/**
 * `couture checks`: shows the engine and the GPUs of this machine, and compares the engine with the
 * reference.
 */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { Adapter, AdapterLimits } from '../../engine/adapter.ts';
import type { Backend } from '../../engine/backend.ts';
import type { createNodeBackend } from '../../platform/node/engine/backend.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { bytes, paint } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';

interface ChecksFlags extends EngineFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture checks
  couture checks --threads 1 --json
  couture checks --backend gpu`;

/** Adds the command to the program. */
export function registerChecks(program: Command, context: CliContext): void {
  const command = program
    .command('checks')
    .description('Show the engine and the GPUs of this machine, and check the engine against the reference.');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (flags: ChecksFlags) => await runChecks(flags, context));
}

async function runChecks({ backend, threads, json }: ChecksFlags, context: CliContext): Promise<void> {
  const { createNodeBackend: create } = await import('../../platform/node/engine/backend.ts');
  const { describeMachine } = await import('../../platform/node/machine.ts');
  const machine = describeMachine();
  const engine = await create({ backend, threads });
  const reference = await create({ backend: 'reference' });
  try {
    const { info } = engine;
    const fast = await fastVariant(create);
    const verdict = await judge(engine, reference);
    const gpu = await lookForGpu();
    const { differing } = verdict;
    if (json) {
      const version = COUTURE_VERSION;
      const checked = { backend: info, fast, ...verdict, gpu };
      printJson(context, 'checks', { version, ...machine, ...checked });
    } else {
      const good = paint(context.color, ['bold', 'green'], verdictText(verdict));
      const bad = paint(context.color, ['bold', 'red'], `different: ${differing.join(', ')}`);
      context.out(
        table(
          ['', ''],
          [
            ['couture', COUTURE_VERSION],
            ['Node', `${machine.node} (V8 ${machine.v8})`],
            ['platform', machine.platform],
            ['CPU', `${machine.cpu}, ${machine.cores} cores`],
            ...gpuRows(gpu),
            ['backend', info.name],
            ['kernels', info.variant],
            ['kernels by --fast', fast ?? 'none here'],
            ['threads', info.threads],
            ['against the reference', differing.length === 0 ? good : bad],
          ],
        ),
      );
    }
    if (differing.length > 0) {
      throw new CoutureError(
        'backend',
        'The results of the engine differ from the reference on this machine.',
        {
          hint: 'Train with --backend reference, which is slow but correct, and please report this.',
        },
      );
    }
  } finally {
    await engine.dispose();
    await reference.dispose();
  }
}

/** Comparison of an engine with the reference. */
interface Verdict {
  readonly equalsReference: boolean;
  /** Forbidden differences: any bit on the CPU. */
  readonly differing: readonly string[];
  /** For a GPU: the largest difference, relative to the largest value of a tensor. */
  readonly difference?: number;
}

/** Tolerance for a GPU, which adds in another order, after a few steps. */
const GPU_TOLERANCE = 1e-3;

async function judge(engine: Backend, reference: Backend): Promise<Verdict> {
  const { largestDifference, selfCheck } = await import('../../engine/self-check.ts');
  if (engine.info.name === 'webgpu') {
    const difference = await largestDifference(engine, reference);
    const differing = difference <= GPU_TOLERANCE ? [] : ['more than the tolerance for a GPU'];
    return { equalsReference: difference === 0, differing, difference };
  }
  const differing = await selfCheck(engine, reference);
  return { equalsReference: differing.length === 0, differing };
}

const verdictText = ({ difference }: Verdict): string =>
  difference === undefined
    ? 'every bit equal'
    : `equal to within ${difference.toExponential(1)}, the tolerance for a GPU`;

/** The available GPUs. */
interface GpuFindings {
  /** The package `webgpu`, or a runtime with built-in WebGPU. */
  readonly installed: boolean;
  readonly adapters: readonly Adapter[];
  /** Why the package cannot be used. */
  readonly failure?: string;
}

async function lookForGpu(): Promise<GpuFindings> {
  const { hasGpuObject, listNodeAdapters } = await import('../../platform/node/engine/gpu.ts');
  if (!hasGpuObject()) return { installed: false, adapters: [] };
  try {
    return { installed: true, adapters: await listNodeAdapters() };
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    return { installed: true, adapters: [], failure: error.message };
  }
}

function gpuRows({ installed, adapters, failure }: GpuFindings): [string, string][] {
  if (!installed)
    return [['GPU', 'unknown: the package webgpu is not installed. Add it with: npm install webgpu']];
  if (adapters.length === 0)
    return [['GPU', failure ?? 'none found: WebGPU has no adapter here. The driver may be missing.']];
  return adapters.flatMap(({ name, driver, software, features, limits }): [string, string][] => [
    [
      'GPU',
      `${name}${software ? ', software: used only with --backend gpu' : ''}${driver && ` (${driver})`}`,
    ],
    ['GPU limits', limitsText(limits)],
    ['GPU features', features.join(', ') || 'neither subgroups nor shader-f16'],
  ]);
}

function limitsText({ bufferBytes, workgroupBytes, workgroupThreads }: AdapterLimits): string {
  return `${bytes(bufferBytes)} a buffer, ${bytes(workgroupBytes)} and ${workgroupThreads} threads a workgroup`;
}

/** The kernels of `--fast` on this machine; null if there are none. */
async function fastVariant(create: typeof createNodeBackend): Promise<string | null> {
  try {
    const engine = await create({ fast: true, threads: 1 });
    await engine.dispose();
    return engine.info.variant;
  } catch (error) {
    if (error instanceof CoutureError && error.kind === 'backend') return null;
    throw error;
  }
}
