/** `couture models list|get`: the pretrained models by name. */

import type { Command } from 'commander';
import { getModel } from '../../platform/node/models/get-model.ts';
import { modelFolders } from '../../platform/node/models-folder.ts';
import { nodePlatform } from '../../platform/node/platform.ts';
import { knownModels } from '../../runs/known-models.ts';
import { shippedPath } from '../../runs/shipped.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import type { Progress } from '../ui/progress.ts';
import { table } from '../ui/table.ts';

const help = `
Examples:
  couture models list                     the models, their accuracy, and which are here
  couture models get best                 how to get the model best
  couture models get best --from DIR      get it from a folder, a file or an https: address
  couture predict best shoe.png           use it by its name`;

interface GetFlags {
  readonly from?: string;
  readonly json?: true;
}

/** Adds the verb `models` to the program. */
export function registerModels(program: Command, context: CliContext): void {
  const models = program
    .command('models')
    .description('List the pretrained models, and get those that the package does not contain.');
  models.addHelpText('after', help);
  addJsonOption(
    models.command('list').description('list the pretrained models, with their accuracy and place'),
  ).action(async (flags: GetFlags) => await list(flags, context));
  addJsonOption(
    models
      .command('get')
      .description('get a pretrained model into the cache, checked by its size and SHA-256')
      .argument('<name>', 'the model')
      .option('--from <place>', 'a folder, a file, or an https: address of one of the two'),
  ).action(async (name: string, flags: GetFlags) => await get(name, flags, context));
}

async function list({ json }: GetFlags, context: CliContext): Promise<void> {
  const places = { ...nodePlatform, models: modelFolders(context.env) };
  const found = await Promise.all(
    knownModels.map(async (model) => ({ ...model, path: (await shippedPath(places, model.name)) ?? null })),
  );
  if (json) {
    printJson(context, 'models list', { models: found });
    return;
  }
  const rows = found.map(({ name, bytes, testAccuracy, path }) => [
    name,
    `${(bytes / 1e6).toFixed(1)} MB`,
    percent(testAccuracy),
    path === null ? `not here: npx couture models get ${name}` : 'here',
  ]);
  context.out(table(['model', 'size', 'test accuracy', ''], rows, ['left', 'right', 'right']));
  context.out('\nUse one by its name: npx couture predict NAME PICTURE');
}

async function get(name: string, { from, json }: GetFlags, context: CliContext): Promise<void> {
  const { env, signal } = context;
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number): void => {
    progress ??= context.progress(total, name);
    progress.update(done, `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
  };
  const model = await getModel(name, { from, env, signal, onProgress }).finally(() => progress?.done());
  if (json) {
    printJson(context, 'models get', { ...model });
    return;
  }
  context.out(`${name} is ${model.isNew ? 'now ' : ''}in ${model.path}`);
  context.out(`SHA-256 ${model.sha256}`);
  context.out(`\nUse it: npx couture predict ${name} PICTURE`);
}
