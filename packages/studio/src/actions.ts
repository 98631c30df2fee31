/** Everything that changes the state of the page, by topic. */

export { begin } from './actions/begin.ts';
export { importFiles, openImage } from './actions/data.ts';
export { chooseModel, evaluate, predictPicture } from './actions/models.ts';
export { exportFile, listRuns, removeRun, saveFile } from './actions/runs.ts';
export { changeSetting, chooseRecipe } from './actions/setup.ts';
export { changeRate, pause, resume, start } from './actions/training.ts';
