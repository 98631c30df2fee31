/**
 * The figures: each function draws one from a part of an inspection, as an SVG with a description. They run
 * in a page with its `document`, and in Node with that of `couture/figures/node`.
 */

export { drawAccuracies, type RunAccuracy, runAccuracy } from './accuracies.ts';
export { drawMap, type MapOptions } from './activation-map.ts';
export { drawActivity } from './activity.ts';
export { auditFigures, drawCopies, drawSuspects } from './audit.ts';
export { drawAugmentation } from './augmentation.ts';
export { type CalibrationOptions, drawCalibration } from './calibration.ts';
export { drawClassBalance } from './class-balance.ts';
export { type ClassesOptions, drawClasses } from './classes.ts';
export { drawPairs, type PairsOptions } from './confused-pairs.ts';
export { type ConfusionOptions, drawConfusion } from './confusion.ts';
export { type ComparedRun, type DifferenceOptions, drawConfusionDifference } from './confusion-difference.ts';
export { type CurvesOptions, drawCurves } from './curves.ts';
export { type Figure, type FigureOptions, jupyterDisplay, type NotebookOutput } from './figure.ts';
export { drawFirstLayer, type FirstLayerOptions } from './first-layer.ts';
export { drawNetwork } from './network.ts';
export { drawPixels, type PixelsOptions } from './pixels.ts';
export { drawPrediction, drawPredictions, type ImageSet } from './predictions.ts';
export { drawRates, rateFigures } from './rates.ts';
export { drawRejection, type RejectionOptions } from './rejection.ts';
export { drawSaliency, type SaliencyOptions } from './saliency.ts';
export { drawMeanImages, drawSamples } from './samples.ts';
export {
  drawHistory,
  drawImportance,
  drawParallel,
  drawSlices,
  drawTrialCurves,
  searchFigures,
} from './search/index.ts';
export {
  comparisonFigures,
  type FigureEntry,
  type FigureSection,
  pairFigures,
  runFigures,
} from './table.ts';
export { colors, diverging, inDark, meanings, runColor, type Theme } from './theme.ts';
export { drawTopLosses, type TopLossesOptions } from './top-losses.ts';
