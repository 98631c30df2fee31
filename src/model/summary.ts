/** What a network costs: parameters, memory and arithmetic, layer by layer. */

import type { ModelSpec } from './spec.ts';

export interface LayerSummary {
  /** fc1, fc2, … for Linear, bn1, … for the BatchNorm1d behind it; empty for layers without parameters. */
  readonly name: string;
  readonly type: string;
  /** Values of one image that come out. */
  readonly outputs: number;
  readonly parameters: number;
  /** Multiply-accumulates for one image. */
  readonly macs: number;
  /** What sets the layer apart, e.g. `p = 0.25`. */
  readonly detail: string;
}

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

export function summarize(spec: ModelSpec): ModelSummary {
  const layers: LayerSummary[] = [];
  let outputs = 0;
  let linears = 0;
  for (const layer of spec.layers) {
    if (layer.type === 'Linear') {
      linears += 1;
      outputs = layer.out;
      layers.push({
        name: `fc${linears}`,
        type: layer.type,
        outputs,
        parameters: layer.in * layer.out + layer.out,
        macs: layer.in * layer.out,
        detail: `${layer.in} → ${layer.out}`,
      });
    } else if (layer.type === 'BatchNorm1d') {
      const { type } = layer;
      layers.push({ name: `bn${linears}`, type, outputs, parameters: 2 * outputs, macs: 0, detail: '' });
    } else {
      const detail = layer.type === 'Dropout' ? `p = ${layer.p}` : '';
      layers.push({ name: '', type: layer.type, outputs, parameters: 0, macs: 0, detail });
    }
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
