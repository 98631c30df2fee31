/** The parts of an exported module or page: the description of the model, its weights as text, and its code. */

import { toBase64 } from '../../core/base64.ts';
import { joinBytes } from '../../core/join-bytes.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { Network } from '../../model/network.ts';
import { buildProgram } from '../../model/program.ts';
import type { ExportModel } from './export-model.ts';
import type { ModuleConfig } from './module-config.ts';
import { namedTensors } from './named-tensors.ts';
import { type PackedWeights, packWeights, unpackWeights } from './packed-weights.ts';

/** A model as JavaScript. */
export interface ModuleParts {
  readonly config: ModuleConfig;
  /** Base64. */
  readonly weights: string;
  /** Whether some weights were rounded, so that results differ from those of `couture predict`. */
  readonly rounded: boolean;
  /** The networks with the weights as they are stored. */
  readonly stored: () => readonly Network[];
}

/** @param halves whether float32 matrices are rounded to float16 */
export function moduleParts(model: ExportModel, halves: boolean): ModuleParts {
  const { name, title, data, views, temperature, weightsSha256, test, paper = null } = model;
  const packed = model.members.map((member) => packWeights(namedTensors(member), halves));
  const bytes = joinBytes(packed.map((each) => each.bytes));
  const rounded = packed.some((each) => each.rounded);
  return {
    config: {
      rounded,
      ...{ couture: COUTURE_VERSION, name, title, classNames: data.classNames, shape: data.shape },
      ...{ steps: data.preprocessing.picture, views, temperature, weightsSha256, test, paper },
      members: model.members.map(({ spec, input }, i) => ({
        // Never trained, so no ops and no moments for that.
        program: { ...buildProgram(spec, input), train: [] },
        tensors: packed[i].tensors,
      })),
    },
    weights: toBase64(bytes),
    rounded,
    stored: () => model.members.map((member, i) => ({ ...member, weights: weightsOf(packed[i]) })),
  };
}

function weightsOf(packed: PackedWeights): Map<string, Float32Array> {
  const values = unpackWeights(packed);
  return new Map(packed.tensors.map(({ name }, i) => [name, values[i]]));
}
