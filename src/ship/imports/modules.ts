/** The modules that a file of tensors has: Linear, BatchNorm1d and LayerNorm, told by the names and shapes of their tensors. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import type { Tensor } from '../safetensors.ts';

/** A module of PyTorch with its tensors. */
export interface FoundModule {
  /** Its name in the file: `fc1`, `net.2`. */
  readonly name: string;
  readonly type: 'Linear' | 'BatchNorm1d' | 'LayerNorm';
  readonly in: number;
  /** The same as `in` for a norm. */
  readonly out: number;
  /** By the names of PyTorch: weight, bias, running_mean, running_var. Those that the file lacks have their defaults. */
  readonly tensors: ReadonlyMap<ModuleTensor, Float32Array>;
}

/** Whether a layer is a module with tensors. */
export function isModule<Other extends object>(layer: FoundModule | Other): layer is FoundModule {
  return 'tensors' in layer;
}

export type ModuleTensor = 'weight' | 'bias' | 'running_mean' | 'running_var';

const known: readonly string[] = ['weight', 'bias', 'running_mean', 'running_var'] satisfies ModuleTensor[];

/**
 * The modules in the order of their first tensors.
 * @throws CoutureError of kind `data` naming a tensor that belongs to no such module
 */
export function modulesOf(tensors: ReadonlyMap<string, Tensor>, file: string): FoundModule[] {
  const groups = new Map<string, Map<string, Tensor>>();
  for (const [name, tensor] of tensors) {
    const dot = name.lastIndexOf('.');
    const [module, part] = [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
    if (!known.includes(part)) throw stranger(name, tensor, file);
    const group = groups.get(module) ?? new Map<string, Tensor>();
    groups.set(module, group.set(part, tensor));
  }
  if (groups.size === 0) throw refused(file, 'it has no tensors');
  return [...groups].map(([name, group]) => moduleOf(name, group, file));
}

function moduleOf(name: string, group: ReadonlyMap<string, Tensor>, file: string): FoundModule {
  const weight = group.get('weight');
  const isNormalizing = group.has('running_mean') || group.has('running_var');
  if (weight?.shape.length === 2 && !isNormalizing) {
    const [out, inputs] = weight.shape;
    return { name, type: 'Linear', in: inputs, out, tensors: vectors(name, group, { weight }, out, file) };
  }
  const first = [...group][0];
  const features = (weight ?? group.get('running_mean'))?.shape;
  if (features?.length !== 1) throw stranger(`${name}.${first[0]}`, weight ?? first[1], file);
  const type = isNormalizing ? 'BatchNorm1d' : 'LayerNorm';
  if (type === 'LayerNorm') checkLayerNorm(name, group, file);
  return {
    name,
    type,
    in: features[0],
    out: features[0],
    tensors: vectors(name, group, {}, features[0], file),
  };
}

/** Names that people give to norms whose statistics are not those of LayerNorm. */
const OTHER_NORM = /(^|[._])(bn|batch_?norm|gn|group_?norm|instance_?norm|rms_?norm)\d*$/i;

/** Names that people give to a LayerNorm alone. */
const LAYER_NORM = /(^|[._\d])(ln|layer_?norms?)(?![a-z])/i;

/** The norms whose tensors are those of a LayerNorm, but also of other norms, and whose names say nothing. */
export function unclearNorms(modules: readonly FoundModule[]): string[] {
  return modules
    .filter(({ type, name }) => type === 'LayerNorm' && !LAYER_NORM.test(name))
    .map(({ name }) => name);
}

/** That a weight of one dimension is of a LayerNorm: other modules have such weights, too, and compute something else. */
function checkLayerNorm(name: string, group: ReadonlyMap<string, Tensor>, file: string): void {
  if (!group.has('bias'))
    throw refused(
      file,
      `its tensor ${inQuotes(`${name}.weight`)} has no bias beside it, so it may be of PReLU, RMSNorm or LayerNorm`,
      'Couture has no PReLU and no RMSNorm. If it is of a LayerNorm, save a bias of zeros with it.',
    );
  if (OTHER_NORM.test(name))
    throw refused(
      file,
      `its norm ${inQuotes(name)} has no running statistics, but by its name it is no LayerNorm`,
      'Couture has BatchNorm1d with running statistics, and LayerNorm. If it is a LayerNorm, name it ln1.',
    );
}

/** All tensors of a module: a Linear without bias has zeros, a norm without weights ones and zeros. */
function vectors(
  name: string,
  group: ReadonlyMap<string, Tensor>,
  { weight }: { readonly weight?: Tensor },
  size: number,
  file: string,
): Map<ModuleTensor, Float32Array> {
  const vector = (part: ModuleTensor, standard: number): Float32Array => {
    const tensor = group.get(part);
    if (tensor === undefined) return new Float32Array(size).fill(standard);
    if (tensor.shape.join() === String(size)) return tensor.data;
    const isTransposed = weight?.shape[1] === tensor.shape[0] && tensor.shape.length === 1;
    throw refused(
      file,
      `its tensor ${inQuotes(`${name}.${part}`)} has the shape [${tensor.shape.join(', ')}], not [${size}]`,
      isTransposed
        ? `Transpose ${inQuotes(`${name}.weight`)}: the weight of a Linear is [outputs, inputs].`
        : undefined,
    );
  };
  const found = new Map<ModuleTensor, Float32Array>([
    ['weight', weight?.data ?? vector('weight', 1)],
    ['bias', vector('bias', 0)],
  ]);
  if (!group.has('running_mean') && !group.has('running_var')) return found;
  const variance = vector('running_var', 1);
  if (variance.some((value) => value < 0))
    throw refused(file, `its tensor ${inQuotes(`${name}.running_var`)} has a variance below 0`);
  return found.set('running_mean', vector('running_mean', 0)).set('running_var', variance);
}

function stranger(name: string, { shape }: Tensor, file: string): CoutureError {
  const isMade = /(^|\.)weight_(g|v|orig|mask|u)$|(^|\.)parametrizations\./.test(name);
  const what = shape.length > 2 ? ', as of a convolution,' : '';
  return refused(
    file,
    `its tensor ${inQuotes(name)} of shape [${shape.join(', ')}]${what} belongs to no Linear, BatchNorm1d or LayerNorm`,
    isMade
      ? 'Make the weight plain before you save it: remove_weight_norm, remove_spectral_norm, prune.remove or parametrize.remove_parametrizations of torch.nn.utils.'
      : undefined,
  );
}

function refused(
  file: string,
  what: string,
  hint = 'Networks of Couture are fully connected: Linear layers with BatchNorm1d or LayerNorm between them.',
): CoutureError {
  return new CoutureError('data', `${file} cannot be imported: ${what}.`, { hint });
}
