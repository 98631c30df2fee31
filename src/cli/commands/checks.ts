/** `couture checks`: what the engine runs on here, and whether its kernels give the reference's very bits. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { createNodeBackend } from '../../platform/node/engine/backend.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { paint } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';

interface ChecksFlags extends EngineFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture checks
  couture checks --threads 1 --json`;

/** Adds the command to the program. */
export function registerChecks(program: Command, context: CliContext): void {
  const command = program
    .command('checks')
    .description('What the engine runs on here, and whether it computes the very bits of the reference.');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (flags: ChecksFlags) => await runChecks(flags, context));
}

async function runChecks({ backend, threads, json }: ChecksFlags, context: CliContext): Promise<void> {
  const { createNodeBackend: create } = await import('../../platform/node/engine/backend.ts');
  const { describeMachine } = await import('../../platform/node/machine.ts');
  const { selfCheck } = await import('../../engine/self-check.ts');
  const machine = describeMachine();
  const engine = await create({ backend, threads });
  const reference = await create({ backend: 'reference' });
  try {
    const { info } = engine;
    const fast = await fastVariant(create);
    const differing = await selfCheck(engine, reference);
    const equal = differing.length === 0;
    if (json) {
      const version = COUTURE_VERSION;
      printJson(context, 'checks', {
        version,
        ...machine,
        backend: info,
        fast,
        equalsReference: equal,
        differing,
      });
    } else {
      const good = paint(context.color, ['bold', 'green'], 'every bit equal');
      const bad = paint(context.color, ['bold', 'red'], `different: ${differing.join(', ')}`);
      context.out(
        table(
          ['', ''],
          [
            ['couture', COUTURE_VERSION],
            ['Node', `${machine.node} (V8 ${machine.v8})`],
            ['platform', machine.platform],
            ['CPU', `${machine.cpu}, ${machine.cores} cores`],
            ['backend', info.name],
            ['kernels', info.variant],
            ['kernels by --fast', fast ?? 'none here'],
            ['threads', info.threads],
            ['against the reference', equal ? good : bad],
          ],
        ),
      );
    }
    if (!equal) {
      throw new CoutureError('backend', 'The engine does not compute the bits of the reference here.', {
        hint: 'Train with --backend reference, which is slow and right, and please report this.',
      });
    }
  } finally {
    await engine.dispose();
    await reference.dispose();
  }
}

/** The kernels that `--fast` chooses here; null where the environment has none. */
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
