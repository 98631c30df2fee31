/** The network of the service's benchmark: the shape of the recipe `deeper`, as a model file and as ONNX. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { multilayer } from '../../src/model/spec.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { exportModel } from '../../src/runs/export.ts';
import { encodeModel } from '../../src/ship/model-file.ts';
import { recipes } from '../../src/train/recipes.ts';
import { makeInfo, makeModel, makeNetwork } from '../../test/model-fixture.ts';

/** Values of an image. */
export const SIZE = 784;
const CLASSES = 10;

/** Multiplications for one image. */
export const multiplications = ((): number => {
  const widths = [SIZE, ...hidden(), CLASSES];
  return widths.slice(1).reduce((sum, width, i) => sum + width * widths[i], 0);
})();

function hidden(): number[] {
  return [...(recipes.deeper.settings.hidden ?? [])];
}

/** Writes the network as a model file. Other seeds give other weights. */
export async function writeNetwork(path: string, seed: number): Promise<void> {
  const names = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  const data = makeInfo({ height: 28, width: 28, channels: 1 }, names);
  const members = [makeNetwork(multilayer(SIZE, hidden(), CLASSES), seed)];
  await writeFile(path, await encodeModel(makeModel({ data, members })));
}

/** Writes the network into a folder in both formats. */
export async function writeBoth(folder: string): Promise<{ readonly model: string; readonly onnx: string }> {
  const [model, onnx] = [join(folder, 'deeper.safetensors'), join(folder, 'deeper.onnx')];
  await writeNetwork(model, 1);
  await exportModel(nodePlatform, model, { to: 'onnx', out: onnx });
  return { model, onnx };
}
