/** `couture data`: gets, imports, verifies, shows and audits data sets. */

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
  couture data get                              get Fashion-MNIST from the first source that works
  couture data get emnist-letters --from DIR    get a known data set from your own files, plain or .gz
  couture data import photos/                   import your own pictures: a folder of class folders, ZIP, CSV, IDX, NPZ
  couture data list                             list the known data sets and the imported ones
  couture data show photos --count 6            show the first test images with their labels
  couture data augment --flip --shift 2         show what these settings do to training images
  couture data audit                            find duplicates and labels that are probably wrong`;

/** Adds the verb `data` to the program. */
export function registerData(program: Command, context: CliContext): void {
  const data = program.command('data').description('get, import, check, show and audit data sets');
  data.addHelpText('after', help);
  registerDataGet(data, context);
  registerDataImport(data, context);
  registerDataInfo(data, context);
  registerDataShow(data, context);
  registerDataAugment(data, context);
  registerDataAudit(data, context);
}
