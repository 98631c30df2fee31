/** The limits of what is read, as SECURITY.md lists them: each from the code that holds to it. */

import { MAX_CLASSES } from '../src/data/dataset-info.ts';
import { MAX_IMAGE_BYTES } from '../src/data/encoded-image.ts';
import { MAX_SIDE } from '../src/data/image-shape.ts';
import { MAX_PICTURE_PIXELS, MAX_PICTURE_SIDE } from '../src/data/prepare/picture.ts';
import { MAX_ROW } from '../src/data/readers/csv-rows.ts';
import { limits } from '../src/data/readers/tools.ts';
import { MAX_LAYERS, MAX_PARAMETERS, MAX_WIDTH } from '../src/model/spec.ts';
import { PACKING_SLACK } from '../src/platform/node/data/folder.ts';
import { MAX_REDIRECTS } from '../src/platform/node/data/http.ts';
import { MAX_JSON_BYTES } from '../src/runs/json.ts';
import { MAX_FILE_BYTES } from '../src/runs/run.ts';
import { MAX_MEMBERS } from '../src/ship/card.ts';
import { MAX_MODEL_BYTES } from '../src/ship/model-source.ts';
import { MAX_HEADER_BYTES, MAX_TENSORS } from '../src/ship/safetensors.ts';

/** `64 MiB`; what is one short of a power is given as that. */
function bytes(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const rounded = Math.ceil(count / 1024) * 1024;
  const unit = units.findLastIndex((_, i) => rounded % 1024 ** i === 0 && rounded >= 1024 ** i);
  return `${(rounded / 1024 ** unit).toLocaleString('en-US')} ${units[unit]}`;
}

const number = (count: number): string => count.toLocaleString('en-US');

/** What is limited, and to how much. */
export const limitTable: readonly (readonly [what: string, most: string])[] = [
  ['an image file', bytes(MAX_IMAGE_BYTES)],
  ['the longest side of a picture, in pixels', number(MAX_PICTURE_SIDE)],
  ['the pixels of a picture', number(MAX_PICTURE_PIXELS)],
  ['the files of a folder or an archive', number(limits.entries)],
  ['what an archive or a packed file unpacks to', bytes(limits.unpacked)],
  ['times its size that it unpacks to, beyond 256 MiB', number(limits.ratio)],
  ['a file of arrays or a CSV file', bytes(limits.file)],
  ['a row of a CSV file', bytes(MAX_ROW)],
  ['all images of a data set, prepared', bytes(limits.pixels)],
  ['the longest side of an image that a network takes, in pixels', number(MAX_SIDE)],
  ['classes', number(MAX_CLASSES)],
  ['layers of a network', number(MAX_LAYERS)],
  ['the width of a layer', number(MAX_WIDTH)],
  ['parameters of a network', number(MAX_PARAMETERS)],
  ['networks of a model file', number(MAX_MEMBERS)],
  ['a model file', bytes(MAX_MODEL_BYTES)],
  ['weights or a checkpoint', bytes(MAX_FILE_BYTES)],
  ['the header of a safetensors file', bytes(MAX_HEADER_BYTES)],
  ['tensors of a safetensors file', number(MAX_TENSORS)],
  ['a JSON file of a run', bytes(MAX_JSON_BYTES)],
  ['bytes of a download beyond the length that is known', bytes(PACKING_SLACK)],
  ['redirects of a download, to HTTPS alone', number(MAX_REDIRECTS)],
];

/** The table as Markdown. */
export function limitMarkdown(): string {
  const rows = [['what', 'at most'], ...limitTable];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}
