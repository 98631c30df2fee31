/** Trained networks in use: classifiers, ensembles, rejection and teachers (`couture/use`). */

export { BATCH_IMAGES, Batching, type BatchingOptions } from './batching.ts';
export { Classifier, type ClassifierOptions } from './classifier.ts';
export type { EngineChoice } from './engine-choice.ts';
export { Ensemble, type EnsembleOptions } from './ensemble.ts';
export type { EpochReport, FitOptions, Fitted, StepReport } from './fit.ts';
export {
  type DecodePicture,
  ImageClassifier,
  type ImageClassifierOptions,
  type PictureOptions,
} from './image-classifier.ts';
export { NetworkTeacher, type TeacherModel } from './network-teacher.ts';
export type { ImageChoice, Pixels, Prediction, PredictOptions, Predictor } from './predictor.ts';
export { type Rejection, rejectionThreshold } from './rejection.ts';
export { RememberingTeacher } from './remembering-teacher.ts';
export { type UnlikeDescription, UnlikeScorer } from './unlike.ts';
export type { ViewOptions } from './views.ts';
