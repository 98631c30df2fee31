/** The text of model.py: the network of a model as a module of PyTorch, and a reader of its weights. */

import { printable } from '../../core/printable.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import { type Activation, type DenseLayer, normWidth, skipEnd } from '../../model/dense-layer.ts';
import type { Network } from '../../model/network.ts';
import { planModel } from '../../model/plan.ts';
import type { ModelSpec } from '../../model/spec.ts';
import { type View, viewsOf } from '../../use/views.ts';
import type { ExportModel } from './export-model.ts';

/** The module of a model. It needs nothing but PyTorch. */
export function pytorchModule(model: ExportModel): string {
  const { members, data, views, temperature } = model;
  const all = viewsOf(views);
  const isPlain = members.length === 1 && all.length === 1;
  const kinds = kindsOf(members);
  const nameOf = (kind: number): string => (kinds.length === 1 ? 'Network' : `Network${kind + 1}`);
  const classes = isPlain
    ? [networkClass(members[0].spec, 'Model', temperature, true)]
    : [
        ...(all.length > 1 ? [viewsFunction(all)] : []),
        ...kinds.map(({ spec }, kind) => networkClass(spec, nameOf(kind), 1, false)),
        modelClass({
          networks: members.map(({ spec }) => nameOf(kinds.findIndex(({ text }) => text === textOf(spec)))),
          views: all.length > 1,
          temperature,
        }),
      ];
  return `${[header(model), prepareFunction(data.preprocessing.pixels), ...classes, loadFunction].join('\n\n\n')}\n`;
}

/** The different architectures among networks. */
function kindsOf(members: readonly Network[]): { text: string; spec: ModelSpec }[] {
  const kinds = new Map(members.map(({ spec }) => [textOf(spec), spec]));
  return [...kinds].map(([text, spec]) => ({ text, spec }));
}

const textOf = (spec: ModelSpec): string => JSON.stringify(spec);

/** JSON of text and of numbers is also Python, because names have no control characters. */
const python = (value: string | number | readonly (string | number)[]): string =>
  typeof value === 'object'
    ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value);

function header({ title, data }: ExportModel): string {
  return `# ${printable(title)}. Written by Couture ${COUTURE_VERSION}.
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ${python(data.classNames)}`;
}

function prepareFunction({ offset, scale }: { offset: readonly number[]; scale: readonly number[] }): string {
  return `def prepare(images):
    """Images, uint8 [N, height, width, channels], as the numbers of the network."""
    x = images.permute(0, 3, 1, 2).float() / 255
    return ((x - x.new_tensor(${python(offset)}).view(-1, 1, 1)) / x.new_tensor(${python(scale)}).view(-1, 1, 1)).flatten(1)`;
}

/** Python of each activation of the value `x`. */
const activations: Readonly<Record<Activation, (x: string) => string>> = {
  none: (x) => x,
  relu: (x) => `F.relu(${x})`,
  leakyRelu: (x) => `F.leaky_relu(${x})`,
  gelu: (x) => `F.gelu(${x})`,
  silu: (x) => `F.silu(${x})`,
  root: (x) => `torch.sqrt(1 + F.relu(${x})) - 1`,
};

/** Name and module of the norm of a layer. */
function normOf(layer: DenseLayer, index: number): { name: string; type: string } | undefined {
  if (layer.norm === 'none') return undefined;
  const isBatch = layer.norm === 'batch';
  return { name: `${isBatch ? 'bn' : 'ln'}${index + 1}`, type: isBatch ? 'BatchNorm1d' : 'LayerNorm' };
}

/** @param takesImages whether it takes images instead of the numbers that `prepare` makes */
function networkClass(spec: ModelSpec, name: string, temperature: number, takesImages: boolean): string {
  const { layers } = planModel(spec);
  const modules = layers.flatMap((layer, i) => {
    const norm = normOf(layer, i);
    return [
      `self.${layer.name} = nn.Linear(${layer.in}, ${layer.out})`,
      ...(norm ? [`self.${norm.name} = nn.${norm.type}(${normWidth(layer)})`] : []),
    ];
  });
  const steps = layers.slice(0, -1).flatMap((layer, i) => {
    const value = stepOf(layer, i, 'x');
    return [
      `x = ${layer.skip === undefined ? value : `kept + ${value}`}`,
      ...(skipEnd(layers, i) ? ['kept = x'] : []),
    ];
  });
  const last = stepOf(layers[layers.length - 1], layers.length - 1, 'x');
  const logits = temperature === 1 ? last : `${last} / ${temperature}`;
  return `class ${name}(nn.Module):
    def __init__(self):
        super().__init__()
${indented(modules)}

    def forward(self, ${takesImages ? 'images' : 'x'}):
${takesImages ? '        """Images to log-probabilities [N, classes]."""\n        x = prepare(images)\n' : ''}${indented(steps)}${steps.length > 0 ? '\n' : ''}        return F.log_softmax(${logits}, dim=1)`;
}

/** One Linear with its norm, activation and dropout, applied to the value `x`. */
function stepOf(layer: DenseLayer, index: number, x: string): string {
  const norm = normOf(layer, index);
  const input = norm && layer.preNorm ? `self.${norm.name}(${x})` : x;
  const product = `self.${layer.name}(${input})`;
  const active = activations[layer.activation](
    norm && !layer.preNorm ? `self.${norm.name}(${product})` : product,
  );
  return layer.dropout === 0 ? active : `F.dropout(${active}, ${layer.dropout}, self.training)`;
}

function viewsFunction(views: readonly View[]): string {
  const most = Math.max(...views.map(({ right, down }) => Math.max(right, down)));
  const moves = views.map(
    ({ right, down, mirrored }) => `(${right}, ${down}, ${mirrored ? 'True' : 'False'})`,
  );
  return `def views(images):
    """Images moved (right, down) on black, and mirrored."""
    height, width = images.shape[1:3]
    wide = F.pad(images, (0, 0, ${most}, ${most}, ${most}, ${most}))
    for right, down, mirrored in [${moves.join(', ')}]:
        view = wide[:, ${most} - down : ${most} - down + height, ${most} - right : ${most} - right + width]
        yield view.flip(2) if mirrored else view`;
}

interface Parts {
  /** Class of each network. */
  readonly networks: readonly string[];
  readonly views: boolean;
  readonly temperature: number;
}

/** The mean of the probabilities over networks and views. */
function modelClass({ networks, views, temperature }: Parts): string {
  const isOne = networks.length === 1;
  const image = views ? 'view' : 'images';
  const network = isOne ? `${networks[0]}.forward(self, prepare(${image}))` : `member(prepare(${image}))`;
  const loops = [
    ...(isOne ? [] : ['for member in self.members']),
    ...(views ? ['for view in views(images)'] : []),
  ];
  const members = `
    def __init__(self):
        super().__init__()
        self.members = nn.ModuleList([${networks.map((name) => `${name}()`).join(', ')}])
`;
  return `class Model(${isOne ? networks[0] : 'nn.Module'}):${isOne ? '' : members}
    def forward(self, images):
        """Images to log-probabilities [N, classes]: the mean of the probabilities over networks and views."""
        logs = torch.stack([${[network, ...loops].join(' ')}])
        return F.log_softmax(logs.logsumexp(0)${temperature === 1 ? '' : ` / ${temperature}`}, dim=1)`;
}

const loadFunction = `def load(path=Path(__file__).with_name("model.safetensors")):
    """The model with its weights, for inference."""
    data = bytearray(Path(path).read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    weights = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            values = torch.frombuffer(data, dtype=torch.float32, offset=start + begin, count=(end - begin) // 4)
            weights[name] = values.reshape(entry["shape"])
    model = Model()
    model.load_state_dict(weights)
    return model.eval()`;

function indented(lines: readonly string[]): string {
  return lines.map((line) => `        ${line}`).join('\n');
}
