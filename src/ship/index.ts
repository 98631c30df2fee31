/** Model files and safetensors: encoding, decoding, folding, the model card (`couture/ship`). */

export type { CardMember, Figures, ModelCard } from './card.ts';
export { type CardFile, modelCard } from './card-text.ts';
export { foldBatchNorm } from './fold.ts';
export { decodeModel, encodeModel, type ModelFile } from './model-file.ts';
export { type Precision, precisions } from './precision.ts';
export {
  decodeSafetensors,
  decodeStoredTensors,
  encodeSafetensors,
  type SafeTensors,
  type StoredTensor,
  type Tensor,
  weightsSha256,
} from './safetensors.ts';
export type { TrainedModel } from './trained-model.ts';
