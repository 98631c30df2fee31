// The kernels' exports, one family a file. Memory is imported and laid out by src/engine/wasm; nothing here
// allocates.

export { activate, activateGradient, scaleGradient } from "./activate";
export { inputGradient, linear, useWideTiles, weightGradient } from "./dense";
export { augment } from "./augment";
export { gather, normalise, scatter } from "./gather";
export { layerNorm, layerNormGradient } from "./layernorm";
export { logSoftmax, nllGradient } from "./loss";
export { expNonPositive, logFromOne } from "./math";
export { update } from "./optimizers";
export { barrier } from "./sync";
