/** Everything that changes the state of the page, by topic. */

export { withoutStep } from './actions/address.ts';
export { begin } from './actions/begin.ts';
export { importFiles, listKept, openImage, removeSet, useSet } from './actions/data.ts';
export { chooseModel, evaluate, predictPicture } from './actions/models.ts';
export {
  compareRun,
  copyRun,
  exportFile,
  lookAgain,
  openRun,
  removeRun,
  removeRunForGood,
  restoreRun,
  saveFile,
} from './actions/runs.ts';
export { changeSetting, changeSettings, chooseRecipe, redo, undo, useSettings } from './actions/setup.ts';
export { closeStudy, imagesOf, listStudies, openStudy, useTrial } from './actions/studies.ts';
export { changeRate, pause, resume, start, stopWithoutRoom } from './actions/training.ts';
