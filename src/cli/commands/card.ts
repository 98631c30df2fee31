/** `couture card`: the card of a model file. */

import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { readLimited } from '../../platform/node/files/read.ts';
import { KNOWN_LICENSE, knownModels } from '../../runs/known-models.ts';
import { modelCard } from '../../ship/card-text.ts';
import type { CliContext } from '../context.ts';
import { chooseModel } from '../model-argument.ts';
import { addJsonOption } from '../options.ts';
import { printJson } from '../ui/json.ts';
import { modelJson } from '../ui/packed.ts';

interface CardFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture card clothes.safetensors
  couture card clothes.safetensors > clothes.md`;

/** Adds the command to the program. */
export function registerCard(program: Command, context: CliContext): void {
  const command = program
    .command('card')
    .description('The card of a model file, as Markdown: data, training, figures, intended use and limits.')
    .argument('<model>', 'a .safetensors model file, or a shipped model');
  addJsonOption(command)
    .addHelpText('after', help)
    .action(async (model: string, flags: CardFlags) => await runCard(model, flags, context));
}

async function runCard(argument: string, flags: CardFlags, context: CliContext): Promise<void> {
  const found = await chooseModel(argument, undefined, context);
  if (found.kind === 'run') {
    throw new CoutureError('usage', `${found.path} is a run, but only model files have a card.`, {
      hint: `Pack it: npx couture pack ${found.path} --out ${found.run.name}.safetensors`,
    });
  }
  const { path, bytes, model } = found;
  if (flags.json) printJson(context, 'card', modelJson(found));
  else context.out(modelCard(model, { name: basename(path), bytes, license: await licenseOf(path, bytes) }));
}

/** Of Couture's own models the license is known, and of no other file. */
async function licenseOf(path: string, bytes: number): Promise<string | undefined> {
  const known = knownModels.find((each) => each.bytes === bytes);
  if (known === undefined) return undefined;
  const file = await readLimited(path, bytes);
  return file !== undefined && hash('sha256', file, 'hex') === known.sha256 ? KNOWN_LICENSE : undefined;
}
