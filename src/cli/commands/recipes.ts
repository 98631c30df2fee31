/** `couture recipes`: the accuracy, time and command of each recipe. */

import type { Command } from 'commander';
import { type Measured, recipes } from '../../train/recipes.ts';
import type { CliContext } from '../context.ts';
import { spreadText } from '../measured-table.ts';
import { addJsonOption } from '../options.ts';
import { duration, percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { titledTable } from '../ui/table.ts';

const help = `
Test accuracy is the mean over seeds with the sample standard deviation,
measured by couture seeds.

Examples:
  couture recipes
  couture summary --recipe deeper    the network of a recipe
  couture seeds --recipes deeper     its accuracy and time on this machine`;

/** Adds the command to the program. */
export function registerRecipes(program: Command, context: CliContext): void {
  const command = program
    .command('recipes')
    .description('List the recipes with their accuracy, time and command.');
  addJsonOption(command)
    .addHelpText('after', help)
    .action((flags: { readonly json?: true }) => showRecipes(flags, context));
}

const commandOf = (name: string): string => `npx couture train --recipe ${name}`;

function showRecipes({ json }: { readonly json?: true }, context: CliContext): void {
  const entries = Object.entries(recipes);
  if (json) {
    const listed = entries.map(([name, recipe]) => ({ name, ...recipe, command: commandOf(name) }));
    printJson(context, 'recipes', { recipes: listed });
    return;
  }
  const rows = entries.map(([name, { measured, published }]) => [
    name,
    ...(measured === null ? ['not measured', ''] : [accuracyText(measured), timeText(measured)]),
    published === null ? '' : percent(published),
  ]);
  const titles = entries.map(([, { title }]) => title);
  context.out(titledTable(['recipe', 'test accuracy', 'training', 'published'], rows, titles));
  context.out(`\nTrain one: ${commandOf('NAME')}`);
}

function accuracyText({ mean, spread, seeds }: Measured): string {
  return `${percent(mean)}${spreadText(spread)}, ${seeds.length} seeds`;
}

function timeText({ seconds, threads }: Measured): string {
  return `${duration(seconds)} on ${threads} ${threads === 1 ? 'core' : 'cores'}`;
}
