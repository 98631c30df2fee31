/** `couture data`: data sets got, imported, verified, looked at and audited. */

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerDataAudit } from './data-audit.ts';
import { registerDataAugment } from './data-augment.ts';
import { registerDataGet } from './data-get.ts';
import { registerDataImport } from './data-import.ts';
import { registerDataInfo } from './data-info.ts';
import { registerDataShow } from './data-show.ts';

const help = `
Examples:
  couture data get                              Fashion-MNIST, from wherever it can be had
  couture data get emnist-letters --from DIR    a known set from files of your own, plain or .gz
  couture data import photos/                   your own pictures: a folder of class folders, ZIP, CSV, IDX, NPZ
  couture data list                             the known sets, and those that were imported
  couture data show photos --count 6            the first test images with their labels
  couture data augment --flip --shift 2         what that does to training images
  couture data audit                            duplicates and labels that are likely wrong`;

/** Adds the verb `data` to the program. */
export function registerData(program: Command, context: CliContext): void {
  const data = program.command('data').description('get, import, check, look at and audit data sets');
  data.addHelpText('after', help);
  registerDataGet(data, context);
  registerDataImport(data, context);
  registerDataInfo(data, context);
  registerDataShow(data, context);
  registerDataAugment(data, context);
  registerDataAudit(data, context);
}
