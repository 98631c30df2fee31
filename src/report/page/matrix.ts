/** The confusion matrices, and the difference of two: a cell opens its images. */

import type { Page } from './page.ts';

/** Makes the cells of every matrix buttons. Arrow keys move within one, Enter and Space open a cell. */
export function watchMatrices({ part, openCell, openChange }: Page): void {
  const dialog = part<HTMLDialogElement>('images');

  /** The position of a cell in its matrix. */
  const placeOf = (cell: Element): [actual: number, predicted: number] => {
    const [actual, predicted] = (cell.getAttribute('data-cell') ?? '').split(' ').map(Number);
    return [actual, predicted];
  };
  const cellOf = ({ target }: Event): SVGElement | null =>
    target instanceof Element ? target.closest<SVGElement>('[data-cell]') : null;
  const steps = new Map([
    ['ArrowUp', [-1, 0]],
    ['ArrowDown', [1, 0]],
    ['ArrowLeft', [0, -1]],
    ['ArrowRight', [0, 1]],
  ]);

  for (const matrix of document.querySelectorAll<SVGElement>('[data-matrix] svg, [data-change] svg')) {
    if (matrix.querySelector('[data-cells]') !== null) continue;
    const run = matrix.closest('[data-matrix]')?.getAttribute('data-matrix');
    const change = matrix.closest('[data-change]')?.getAttribute('data-change') ?? '0';
    const open = (cell: Element): void => {
      if (typeof run === 'string') openCell(Number(run), ...placeOf(cell));
      // The later run against the first, as in its figure.
      else openChange([Number(change), 0], ...placeOf(cell));
    };
    // What is one image to a reader without the script is a group of buttons to one with it.
    matrix.setAttribute('role', 'group');
    matrix.querySelectorAll('[data-cell]').forEach((cell, i) => {
      cell.setAttribute('role', 'button');
      cell.setAttribute('tabindex', i === 0 ? '0' : '-1');
      cell.setAttribute('aria-haspopup', 'dialog');
      cell.setAttribute('aria-label', cell.querySelector('title')?.textContent ?? '');
    });
    // A matrix is one stop of the Tab key: the cell that had the focus last.
    matrix.addEventListener('focusin', (event) => {
      const cell = cellOf(event);
      if (cell === null) return;
      matrix.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
      cell.setAttribute('tabindex', '0');
    });
    matrix.addEventListener('click', (event) => {
      const cell = cellOf(event);
      if (cell !== null) open(cell);
    });
    matrix.addEventListener('keydown', (event) => {
      const cell = cellOf(event);
      if (cell === null) return;
      const [actual, predicted] = placeOf(cell);
      const step = steps.get(event.key);
      if (step !== undefined) {
        const wanted = `[data-cell="${actual + step[0]} ${predicted + step[1]}"]`;
        const next = matrix.querySelector<SVGElement>(wanted);
        next?.focus();
      } else if (event.key === 'Enter' || event.key === ' ') open(cell);
      else return;
      event.preventDefault();
    });
  }

  // A click beside the content of a dialog is a click on the dialog itself.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  part('images-close').addEventListener('click', () => dialog.close());
}
