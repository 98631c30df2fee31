/**
 * ONNX, opset 17: from prepared images, uint8 [N, height, width, channels], to probabilities. Scaling, views, several
 * networks and the temperature are inside; what makes an image of a picture is not, and the metadata describes it.
 */

import { printable } from '../../core/printable.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { PixelScaling } from '../../data/preprocessing.ts';
import { type View, viewsOf } from '../../use/views.ts';
import { describeExport, EXPORT_KEY, type ExportModel } from './export-model.ts';
import type { Exported } from './format.ts';
import { elements, OnnxGraph, type Port } from './onnx-graph.ts';
import { addNetwork, type PackedByName, packEach } from './onnx-network.ts';
import { block, integer, type Message, message } from './protobuf.ts';
import { storageNotes } from './storage-note.ts';

const IR_VERSION = 8;
const OPSET = 17;

/** Writes the file. */
export async function exportOnnx(model: ExportModel): Promise<Exported> {
  const { title, data } = model;
  const packed = model.members.map(packEach);
  const metadata = {
    classes: JSON.stringify(data.classNames),
    preparation: preparationText(model),
    [EXPORT_KEY]: JSON.stringify(describeExport(model)),
  };
  const file = message(
    integer(1, IR_VERSION),
    block(2, 'couture'),
    block(3, COUTURE_VERSION),
    block(6, printable(title)),
    block(7, graphOf(model, packed)),
    block(8, message(block(1, ''), integer(2, OPSET))),
    ...Object.entries(metadata).map(([key, value]) => block(14, message(block(1, key), block(2, value)))),
  );
  const { height, width, channels } = data.shape;
  return {
    files: [{ path: '', content: file }],
    notes: [
      ...storageNotes(
        packed.flatMap((each) => [...each.values()]),
        model.test,
      ),
      `Input: images, uint8 [N, ${height}, ${width}, ${channels}]. Outputs: probabilities and log_probabilities [N, ${data.classNames.length}].`,
      'The metadata of the file has the class names ("classes") and the preparation of pictures ("preparation").',
    ],
  };
}

function graphOf(
  { members, data, views, temperature }: ExportModel,
  packed: readonly PackedByName[],
): Message {
  const { shape, classNames } = data;
  const graph = new OnnxGraph();
  const bytes = graph.node('Cast', ['images'], { to: elements.float32 });
  const planes = graph.node('Transpose', [bytes], { perm: [0, 3, 1, 2] });
  const all = viewsOf(views);
  const seen = addViews(graph, planes, shape, all);
  const logits = members.map((member, i) => {
    const x = addScaling(graph, seen, member.input.pixels, i);
    return addNetwork(graph, member, packed[i], { x, prefix: members.length === 1 ? '' : `members.${i}.` });
  });
  const mixed =
    logits.length * all.length === 1 ? logits[0] : addMixture(graph, logits, all.length, classNames.length);
  const tempered =
    temperature === 1 ? mixed : graph.node('Div', [mixed, graph.floats('temperature', [], [temperature])]);
  graph.node('LogSoftmax', [tempered], { axis: 1 }, 'log_probabilities');
  graph.node('Exp', ['log_probabilities'], {}, 'probabilities');
  const { height, width, channels } = shape;
  const input: Port = { name: 'images', type: 'uint8', shape: ['N', height, width, channels] };
  const output = (name: string): Port => ({ name, type: 'float32', shape: ['N', classNames.length] });
  return graph.encode('couture', [input], [output('probabilities'), output('log_probabilities')]);
}

/** Views of the images one after another: [views N, channels, height, width]. */
function addViews(
  graph: OnnxGraph,
  planes: string,
  { height, width }: ImageShape,
  views: readonly View[],
): string {
  if (views.length === 1) return planes;
  const most = Math.max(...views.map(({ right, down }) => Math.max(right, down)));
  const wide =
    most === 0 ? planes : graph.node('Pad', [planes, graph.integers([0, 0, most, most, 0, 0, most, most])]);
  const drawn = views.map(({ right, down, mirrored }) => {
    const [top, left] = [most - down, most - right];
    const place = [
      [top, left],
      [top + height, left + width],
      [2, 3],
      [1, 1],
    ].map((each) => graph.integers(each));
    const moved = most === 0 ? planes : graph.node('Slice', [wide, ...place]);
    if (!mirrored) return moved;
    // From the last column back to the first; the end is before every column.
    const back = [[-1], [-(width + 1)], [3], [-1]].map((each) => graph.integers(each));
    return graph.node('Slice', [moved, ...back]);
  });
  return graph.node('Concat', drawn, { axis: 0 });
}

/** (p / 255 - offset) / scale, as [N, values]. */
function addScaling(
  graph: OnnxGraph,
  planes: string,
  { offset, scale }: PixelScaling,
  member: number,
): string {
  const unit = graph.node('Div', [planes, graph.floats('float_255', [], [255])]);
  const shape = [offset.length, 1, 1];
  const moved = graph.node('Sub', [unit, graph.floats(`offset_${member}`, shape, offset)]);
  const scaled = graph.node('Div', [moved, graph.floats(`scale_${member}`, shape, scale)]);
  return graph.node('Flatten', [scaled], { axis: 1 });
}

/** The log of the sum of the probabilities over networks and views. Their number cancels in the last log_softmax. */
function addMixture(graph: OnnxGraph, logits: readonly string[], views: number, classes: number): string {
  const logs = logits.map((name) => graph.node('LogSoftmax', [name], { axis: 1 }));
  const joined = logs.length === 1 ? logs[0] : graph.node('Concat', logs, { axis: 0 });
  const apart = graph.node('Reshape', [joined, graph.integers([logits.length * views, -1, classes])]);
  return graph.node('ReduceLogSumExp', [apart], { axes: [0], keepdims: 0 });
}

/** How a picture becomes an image, for a reader without Couture. */
function preparationText({ data: { shape, preprocessing } }: ExportModel): string {
  const { upright, ground, invert, trim, fit } = preprocessing.picture;
  const behind =
    ground === 'auto' ? 'black or white, whichever contrasts with the object' : `the color ${ground}`;
  const inversion = {
    no: 'Light and dark stay.',
    yes: 'Swap light and dark.',
    auto: 'Swap light and dark if the object is darker than its background.',
  }[invert];
  const size = `${shape.width}x${shape.height}`;
  const fitting = {
    pad: `Scale it into ${size} without distortion, on its background.`,
    crop: `Scale it to fill ${size} without distortion, and cut off the rest.`,
    stretch: `Scale it to ${size}.`,
  }[fit];
  return [
    ...(upright ? ['Turn the picture upright by its EXIF orientation.'] : []),
    `Put ${behind} behind transparent pixels.`,
    `A picture of ${size} is not moved or scaled.`,
    ...(trim ? ['Crop a larger picture to its object, and center it.'] : []),
    fitting,
    shape.channels === 1 ? 'Make it gray: (299 R + 587 G + 114 B) / 1000.' : 'Keep red, green and blue.',
    inversion,
    `Give the bytes as [N, height, width, channels]. The scaling of the bytes is inside the model.`,
  ].join(' ');
}
