/** Backends, which run a network: their names, limits and adapters (`couture/engine`). */

export { type Adapter, type AdapterLimits, findAdapter, listAdapters } from './adapter.ts';
export { augmentedImage } from './augmented-image.ts';
export type { Augmentation, Backend, BackendInfo, DeviceImages, TrainingBatches } from './backend.ts';
export { type BackendOptions, createBackend } from './create.ts';
export type { GpuObject } from './gpu-object.ts';
export {
  type BackendChoice,
  type BackendKind,
  type BackendName,
  backendChoices,
  backendNames,
} from './names.ts';
