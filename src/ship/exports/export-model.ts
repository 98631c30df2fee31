/** A trained model as every export gets it: of a run or of a model file. */

import * as z from 'zod';
import { COUTURE_VERSION } from '../../core/version.ts';
import { type DatasetInfo, datasetInfoSchema } from '../../data/dataset-info.ts';
import type { Network } from '../../model/network.ts';
import { planModel } from '../../model/plan.ts';
import { type ModelSpec, modelSpecSchema } from '../../model/spec.ts';
import { MAX_VIEW_SHIFT, type ViewOptions } from '../../use/views.ts';
import { cardLine, MAX_MEMBERS, type ModelCard } from '../card.ts';
import type { Tensor } from '../safetensors.ts';
import { withShapes } from '../safetensors.ts';
import type { Paper } from './paper.ts';

/** Figures on the test images, as far as every source has them. */
export interface TestFigures {
  /** Number of images. */
  readonly images: number;
  /** Share of correct images. */
  readonly accuracy: number;
  /** Mean NLL, nats. */
  readonly loss: number;
}

/** What is exported. */
export interface ExportModel {
  /** Name of the run, of the model file without its ending, or of the shipped model. */
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** Shape, classes and preprocessing. */
  readonly data: DatasetInfo;
  /** With float32 weights, whatever the precision of the source. */
  readonly members: readonly Network[];
  readonly views: ViewOptions;
  readonly temperature: number;
  /** SHA-256 of the weights of each network. */
  readonly weightsSha256: readonly string[];
  /** Figures of the whole model; null where it was never measured. */
  readonly test: TestFigures | null;
  /** The card of a model file; null for a run. */
  readonly card: ModelCard | null;
  /** Color of the background of the training images, if it is light. */
  readonly paper?: Paper | null | undefined;
}

/** Key of the description in the metadata of exported safetensors files. */
export const EXPORT_KEY = 'couture.export';

/** The description that travels with exported weights: everything except the weights. */
export interface ExportDescription extends Omit<ExportModel, 'members' | 'card' | 'paper'> {
  readonly version: 1;
  readonly couture: string;
  /** The layers of each network. */
  readonly members: readonly ModelSpec[];
}

/** @internal */
export const exportDescriptionSchema = z.strictObject({
  version: z.literal(1),
  couture: z.string().max(40),
  name: z.string().max(200),
  title: z.string().max(200),
  data: datasetInfoSchema,
  members: z.array(modelSpecSchema).min(1).max(MAX_MEMBERS),
  views: z.strictObject({ flip: z.boolean(), shift: z.int().min(0).max(MAX_VIEW_SHIFT) }),
  temperature: z.number().positive(),
  weightsSha256: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(MAX_MEMBERS),
  test: z
    .strictObject({
      images: z.int().min(1),
      accuracy: z.number().min(0).max(1),
      loss: z.number().min(0),
    })
    .nullable(),
}) satisfies z.ZodType<ExportDescription>;

/** The description of a model, for the metadata of a format that has any. Same model, same text. */
export function describeExport(model: ExportModel): ExportDescription {
  const { name, title, data, members, views, temperature, weightsSha256, test } = model;
  return {
    ...{ version: 1, couture: COUTURE_VERSION, data },
    // The name of a file may be longer than that of a description.
    ...{ name: cardLine(name), title: cardLine(title) },
    members: members.map(({ spec }) => spec),
    ...{ views, temperature, weightsSha256, test },
  };
}

/** All tensors of a model by PyTorch's names: those of several networks behind `members.0.` and so on. */
export function exportTensors({ members }: Pick<ExportModel, 'members'>): Map<string, Tensor> {
  const all = new Map<string, Tensor>();
  members.forEach(({ spec, weights }, i) => {
    const prefix = members.length === 1 ? '' : `members.${i}.`;
    const own = withShapes(planModel(spec).parameters, weights);
    for (const [name, tensor] of own) all.set(prefix + name, tensor);
  });
  return all;
}
