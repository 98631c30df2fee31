/**
 * Spec → plan → program. The plan is the one table of named tensors (parameters and what flows between
 * layers); the program is the list of typed ops that a backend runs over them for one batch. Backends choose
 * their own memory layout from the plan; nothing here knows one.
 */

import type { ModelSpec } from './spec.ts';

/** A parameter, named and shaped as in PyTorch's state_dict of a model with layers fc1, fc2, … */
export interface ParameterSpec {
  readonly name: string;
  /** [out, in] for a weight, [out] for a bias; row-major. */
  readonly shape: readonly number[];
}

/** One Linear with what follows it up to the next Linear: the unit that kernels fuse. */
export interface DenseLayer {
  /** fc1, fc2, … */
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly activation: 'none' | 'relu';
  /** Dropout probability after the activation; 0 for none. */
  readonly dropout: number;
}

/** The table of what a network is made of. */
export interface Plan {
  readonly layers: readonly DenseLayer[];
  readonly parameters: readonly ParameterSpec[];
}

/**
 * One step of a program. `layer` indexes `plan.layers`. Tensors are implied by the layer: its input
 * activations x [batch, in], outputs y [batch, out] (after activation and dropout), gradient of the loss with
 * respect to the pre-activation, dz [batch, out], and the parameters' gradients.
 */
export type Op =
  /** x of layer 0 = (pixel / 255 - 0.5) / 0.5 for the images of the batch. */
  | { readonly op: 'gather' }
  /** y = dropout(activation(x Wᵀ + b)); dropout only where `training`. */
  | { readonly op: 'linear'; readonly layer: number; readonly training: boolean }
  /** Output: log-probabilities of the last layer's y. */
  | { readonly op: 'logSoftmax' }
  /** loss of each image, and dz of the last layer: (softmax - target) / batch. */
  | { readonly op: 'nllGradient' }
  /** dz of the last layer: the gradient of each image's log-probability of its class, onehot - softmax. */
  | { readonly op: 'logProbabilityGradient' }
  /** dz of layer - 1 = (dz W) masked by that layer's activation and dropout; of layer 0, dx = dz W. */
  | { readonly op: 'inputGradient'; readonly layer: number }
  /** dW = dzᵀ x, db = column sums of dz, kept where they can be read. */
  | { readonly op: 'weightGradient'; readonly layer: number }
  /** The optimizer's step on the layer's weight and bias from the kept gradient, and their running average. */
  | { readonly op: 'update'; readonly layer: number }
  /** weightGradient and update in one, strip by strip: the gradient is not kept. */
  | { readonly op: 'weightGradientUpdate'; readonly layer: number }
  /** Output: y of a layer. */
  | { readonly op: 'activations'; readonly layer: number }
  /** Output: dx, which inputGradient of layer 0 left. */
  | { readonly op: 'pixelGradient' };

/** What inference gives for each image: see the ops that say "Output". */
export type Output =
  | { readonly of: 'logProbabilities' }
  | { readonly of: 'activations'; readonly layer: number }
  | { readonly of: 'pixelGradient' };

/** Everything a backend needs to run one network. */
export interface Program {
  readonly plan: Plan;
  /** Ops of one training batch. */
  readonly train: readonly Op[];
  /** Ops of one inference batch. */
  readonly infer: readonly Op[];
  /** Values that inference gives for each image. */
  readonly outputWidth: number;
  /** Whether a running average of every parameter is kept. */
  readonly average: boolean;
}

/** How a program is built. */
export interface ProgramOptions {
  /** Keep every parameter's gradient readable after a step (slower; for checks and clipping). */
  readonly keepGradients?: boolean;
  /** Keep a running average of every parameter, from which inference can be asked for. */
  readonly average?: boolean;
  /** What inference gives; log-probabilities by default. */
  readonly output?: Output;
}

/** The table for a checked spec: activations and dropout folded into the Linear before them. */
export function planModel(spec: ModelSpec): Plan {
  const layers: DenseLayer[] = [];
  for (const layer of spec.layers) {
    const last = layers.length - 1;
    if (layer.type === 'Linear') {
      layers.push({
        name: `fc${layers.length + 1}`,
        in: layer.in,
        out: layer.out,
        activation: 'none',
        dropout: 0,
      });
    } else if (layer.type === 'ReLU') {
      layers[last] = { ...layers[last], activation: 'relu' };
    } else if (layer.type === 'Dropout') {
      const keep = (1 - layers[last].dropout) * (1 - layer.p);
      layers[last] = { ...layers[last], dropout: 1 - keep };
    }
  }
  const parameters = layers.flatMap((layer) => [
    { name: `${layer.name}.weight`, shape: [layer.out, layer.in] },
    { name: `${layer.name}.bias`, shape: [layer.out] },
  ]);
  return { layers, parameters };
}

/** The ops of a training and an inference batch. */
export function buildProgram(spec: ModelSpec, options: ProgramOptions = {}): Program {
  const { keepGradients = false, average = false, output = { of: 'logProbabilities' } } = options;
  const plan = planModel(spec);
  const last = plan.layers.length - 1;
  const forward = (training: boolean): Op[] => [
    { op: 'gather' },
    ...plan.layers.map((_, layer): Op => ({ op: 'linear', layer, training })),
  ];
  // All that goes row by row comes first, then the weights: threads meet only between the two.
  const backward: Op[] = [];
  for (let layer = last; layer > 0; layer--) backward.push({ op: 'inputGradient', layer });
  for (let layer = 0; layer <= last; layer++) {
    if (keepGradients) backward.push({ op: 'weightGradient', layer }, { op: 'update', layer });
    else backward.push({ op: 'weightGradientUpdate', layer });
  }
  return {
    plan,
    average,
    train: [...forward(true), { op: 'nllGradient' }, ...backward],
    ...inference(plan, forward(false), output),
  };
}

function inference(plan: Plan, forward: readonly Op[], output: Output) {
  const { layers } = plan;
  if (output.of === 'activations') {
    const { layer } = output;
    // The gather comes before the Linears.
    return {
      infer: [...forward.slice(0, layer + 2), { op: 'activations', layer } as const],
      outputWidth: layers[layer].out,
    };
  }
  if (output.of === 'pixelGradient') {
    const backward = layers.map((_, i): Op => ({ op: 'inputGradient', layer: layers.length - 1 - i }));
    const ops: Op[] = [...forward, { op: 'logProbabilityGradient' }, ...backward, { op: 'pixelGradient' }];
    return { infer: ops, outputWidth: layers[0].in };
  }
  return { infer: [...forward, { op: 'logSoftmax' } as const], outputWidth: layers[layers.length - 1].out };
}
