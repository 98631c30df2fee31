/**
 * Couture: fully connected image classifiers, built, trained and used in TypeScript. This is the part that runs
 * in Node and in a page alike; `couture/node` adds files, data sets and the engine's threads on Node.
 */

export { createWebBackend, type WebBackendOptions } from './platform/web/backend.ts';
export { datasetFromFiles, datasetFromImages } from './platform/web/datasets.ts';
export { fit, type WebFitOptions } from './platform/web/fit.ts';
export { load, type WebLoadOptions, type WebModelSource } from './platform/web/load.ts';
export { decodeWebPicture, type WebPicture } from './platform/web/picture.ts';
export * from './shared.ts';
