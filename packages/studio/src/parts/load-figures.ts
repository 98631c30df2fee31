/** The drawing code, which is larger than the page itself and comes after it. */

export type Figures = typeof import('couture/figures');

let loading: Promise<Figures> | undefined;

/** Loads the drawing code, once. */
export async function loadFigures(): Promise<Figures> {
  loading ??= import('couture/figures');
  return await loading;
}

/** Loads the drawing code and draws once: the first drawing takes ten times as long as later ones, which training must not meet. */
export async function prepareFigures(): Promise<void> {
  const { drawCurves } = await loadFigures();
  // Its code was set up in one task, and is tried in another.
  await new Promise((resolve) => setTimeout(resolve));
  const epoch = { trainLoss: 1, validationLoss: 1, validationAccuracy: 0.5, learningRate: 0.1, seconds: 1 };
  const history = [1, 2, 3].map((n) => ({ ...epoch, epoch: n, validationLoss: 1 / n }));
  drawCurves([{ run: 'first', history, bestEpoch: 3, sentence: '' }], { document, width: 640 });
}
