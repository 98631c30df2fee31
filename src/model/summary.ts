/** Parameters, memory and arithmetic of a network, layer by layer. */

import { checkModelSpec, type ModelSpec, placeLayers } from './spec.ts';

/** The size and cost of one layer. */
export interface LayerSummary {
  /** fc1, fc2, … for Linear, bn1, … or ln1, … for its norm; empty for layers without parameters. */
  readonly name: string;
  /** As in the spec; `Residual` comes after its layers, where its input is added. */
  readonly type: string;
  /** Number of its Linear, counted from 0. */
  readonly linear: number;
  /** Output values for one image. */
  readonly outputs: number;
  readonly parameters: number;
  /** Multiply-accumulates for one image. */
  readonly macs: number;
  /** Details of the layer, e.g. `p = 0.25`. */
  readonly detail: string;
}

/** The size and cost of a network. */
export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  /** Bytes of the float32 weights. */
  readonly weightBytes: number;
  /** Bytes while training: weights and Adam's two moments. */
  readonly trainingBytes: number;
  readonly macsPerImage: number;
  /** Multiply-accumulates of one image's training step: forward, weight gradients, and input gradients above the first layer. */
  readonly trainingMacsPerImage: number;
}

/**
 * Layers, parameters, memory and arithmetic of a network.
 * @throws CoutureError of kind `usage` when the network is not valid
 */
export function summarize(spec: ModelSpec): ModelSummary {
  checkModelSpec(spec);
  const layers: LayerSummary[] = [];
  let outputs = 0;
  for (const { layer, linear, adds } of placeLayers(spec)) {
    const { type } = layer;
    const common = { name: '', type, linear, parameters: 0, macs: 0, detail: '' };
    if (type === 'Linear') {
      outputs = layer.out;
      layers.push({
        ...common,
        name: `fc${linear + 1}`,
        outputs,
        parameters: layer.in * layer.out + layer.out,
        macs: layer.in * layer.out,
        detail: `${layer.in} → ${layer.out}`,
      });
    } else if (type === 'BatchNorm1d' || type === 'LayerNorm') {
      const name = `${type === 'LayerNorm' ? 'ln' : 'bn'}${linear + 1}`;
      layers.push({ ...common, name, outputs, parameters: 2 * outputs });
    } else {
      layers.push({ ...common, outputs, detail: type === 'Dropout' ? `p = ${layer.p}` : '' });
    }
    if (adds !== undefined)
      layers.push({ ...common, type: 'Residual', outputs, detail: `fc${adds + 1} + fc${linear + 1}` });
  }
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const macsPerImage = layers.reduce((sum, layer) => sum + layer.macs, 0);
  return {
    layers,
    parameters,
    weightBytes: parameters * 4,
    trainingBytes: parameters * 12,
    macsPerImage,
    trainingMacsPerImage: 3 * macsPerImage - layers[0].macs,
  };
}
