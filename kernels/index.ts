// The kernels' exports, one family a file. Memory is imported and laid out by src/engine/wasm; nothing here
// allocates.

export { activate, activateGradient, affineGradient } from "./activate";
export { linear } from "./dense";
export { inputGradient, inputGradientRows } from "./input-gradient";
export { updateWeights, weightGradient, weightGradientByInputs } from "./weight-gradient";
export { useWideTiles } from "./tile";
export { augment, mix } from "./augment";
export { gather, keep, normalize, recall, scatter } from "./gather";
export { layerNorm, layerNormGradient } from "./layernorm";
export { logSoftmax, nllGradient, softGradient } from "./loss";
export { expNonPositive, logFromOne } from "./math";
export { blend, clipFactor, gradientSquares, scaleGradient, update } from "./optimizers";
export { listRows, maskRows } from "./sparse";
export { barrier } from "./sync";
