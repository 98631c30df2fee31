/**
 * A folder as Hugging Face's Hub expects one: weights and module of the PyTorch export, the network and its preprocessing as
 * JSON, and a README.md whose `model-index` has the figures on the test images.
 */

import { count, percent } from '../../core/format.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { DatasetInfo } from '../../data/dataset-info.ts';
import { describeShape } from '../../data/image-shape.ts';
import { findDataset } from '../../data/registry.ts';
import { layerWidths } from '../../model/plan.ts';
import type { ExportModel } from './export-model.ts';
import type { Exported } from './format.ts';
import { exportedWeights, MODULE_FILE, WEIGHTS_FILE } from './pytorch.ts';
import { pytorchModule } from './pytorch-module.ts';

/** Writes the folder. */
export async function exportHuggingFace(model: ExportModel): Promise<Exported> {
  return {
    files: [
      { path: WEIGHTS_FILE, content: await exportedWeights(model) },
      { path: MODULE_FILE, content: pytorchModule(model) },
      { path: 'config.json', content: json(configOf(model)) },
      { path: 'preprocessor_config.json', content: json(preprocessorOf(model.data)) },
      { path: 'README.md', content: readme(model) },
    ],
    notes: [
      'README.md names no license: add "license:" to its first lines before you publish it.',
      'In Python: from model import load; model = load()',
    ],
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The network, with the names that Hugging Face's tools look for. */
function configOf({ data, members, views, temperature, weightsSha256 }: ExportModel): object {
  const { shape, classNames } = data;
  return {
    architectures: ['Model'],
    num_labels: classNames.length,
    id2label: Object.fromEntries(classNames.map((name, i) => [String(i), name])),
    label2id: Object.fromEntries(classNames.map((name, i) => [name, i])),
    image_size: [shape.height, shape.width],
    num_channels: shape.channels,
    torch_dtype: 'float32',
    couture: {
      version: COUTURE_VERSION,
      networks: members.map(({ spec }, i) => ({ layers: spec.layers, weightsSha256: weightsSha256[i] })),
      views,
      temperature,
    },
  };
}

/** (p * rescale_factor - image_mean) / image_std. Other steps of Couture stand under its own key. */
function preprocessorOf({ shape, preprocessing }: DatasetInfo): object {
  const { offset, scale } = preprocessing.pixels;
  return {
    do_resize: true,
    size: { height: shape.height, width: shape.width },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: offset,
    image_std: scale,
    couture: preprocessing,
  };
}

/** Text of YAML: a string of JSON is one of YAML. */
const yaml = (text: string): string => JSON.stringify(text);

function readme(model: ExportModel): string {
  const { name, title, data, members, views, temperature } = model;
  const shapes = [...new Set(members.map(({ spec }) => layerWidths(spec).join('-')))];
  const mean = members.length > 1 || views.flip || views.shift > 0;
  return `${frontMatter(model)}
# ${escaped(title)}

${members.length === 1 ? 'A fully connected network' : `${members.length} fully connected networks`} (${shapes.join('; ')}) for ${describeShape(data.shape)} images of
${data.classNames.length} classes: ${data.classNames.map(escaped).join(', ')}.${mean ? `\n\nIt predicts the mean of the probabilities over its networks and views of an image, at temperature ${temperature}.` : ''}

## Use

In Python, with nothing but PyTorch:

\`\`\`python
import torch
from model import CLASSES, load

model = load()
images = torch.zeros(1, ${data.shape.height}, ${data.shape.width}, ${data.shape.channels}, dtype=torch.uint8)
print(CLASSES[int(model(images).argmax(1))])
\`\`\`

With [Couture](https://www.npmjs.com/package/couture), which also prepares pictures: \`npx couture import . --out ${escapedCode(name)}.safetensors\`.

\`preprocessor_config.json\` describes how a picture becomes an image, and how bytes become numbers.

## Figures

${figures(model)}
`;
}

function frontMatter({ name, data, test }: ExportModel): string {
  const results =
    test === null
      ? ''
      : `
    results:
      - task:
          type: image-classification
          name: Image Classification
        dataset:
          name: ${yaml(titleOf(data))}
          type: ${yaml(data.name)}
          split: test
        metrics:
          - type: accuracy
            name: Accuracy
            value: ${test.accuracy}
          - type: loss
            name: NLL loss, nats
            value: ${test.loss}`;
  return `---
library_name: pytorch
pipeline_tag: image-classification
tags:
  - couture
  - safetensors
  - image-classification${
    results === ''
      ? ''
      : `
model-index:
  - name: ${yaml(name)}${results}`
  }
---
`;
}

function figures({ test, data, weightsSha256 }: ExportModel): string {
  const digests = weightsSha256.map((digest) => `\`${digest}\``).join(', ');
  const origin = `SHA-256 of the weights: ${digests}.`;
  if (test === null) return `The model was not measured. ${origin}`;
  return `| data set | test images | accuracy | NLL loss, nats |
| --- | ---: | ---: | ---: |
| ${escaped(titleOf(data))} | ${count(test.images)} | ${percent(test.accuracy, 2)} | ${test.loss.toFixed(4)} |

${origin}`;
}

function titleOf({ name }: DatasetInfo): string {
  return findDataset(name)?.title.split(':')[0] ?? name;
}

/** Escapes names and titles, which are data and not markup. */
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}

/** A name within code. */
function escapedCode(text: string): string {
  return text.replaceAll(/[^\w.-]/g, '-');
}
