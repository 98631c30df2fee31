/**
 * The confusion matrix of many classes, whose cells are found by position, because they are too small to be
 * elements.
 */

import type { Page } from './page.ts';

/**
 * Names the cell under the pointer, or the nearest nonempty one, and opens it on a click. The arrow keys move
 * along the mistakes, most frequent first, and Enter opens one.
 */
export function watchLargeMatrices({ data, element, showTip, hideTip, openCell }: Page): void {
  /** Radius in screen pixels for pointing at a cell. */
  const reach = 6;
  const side = data.classNames.length;

  for (const whole of document.querySelectorAll<SVGRectElement>('[data-matrix] [data-cells]')) {
    const run = Number(whole.closest('[data-matrix]')?.getAttribute('data-matrix'));
    const cells = Object.entries(data.runs[run].counts).map(([key, count]) => ({
      actual: Math.floor(Number(key) / side),
      predicted: Number(key) % side,
      count,
    }));
    type Found = (typeof cells)[number];
    const mistakes = cells
      .filter(({ actual, predicted }) => actual !== predicted)
      .sort((a, b) => b.count - a.count);
    let shown: Found | undefined;
    let walked = -1;

    const hide = (): void => {
      shown = undefined;
      hideTip();
    };
    const show = (cell: Found): void => {
      shown = cell;
      const box = whole.getBoundingClientRect();
      const size = box.width / side;
      const [is, called] = [data.classNames[cell.actual], data.classNames[cell.predicted]];
      const images = `${cell.count} ${cell.count === 1 ? 'image' : 'images'}`;
      const place = new DOMRect(box.x + cell.predicted * size, box.y + cell.actual * size, size, size);
      showTip(
        [element('b', is === called ? is : `${is} predicted as ${called}`), element('small', images)],
        place,
      );
    };
    const pointAt = ({ clientX, clientY }: MouseEvent): void => {
      const box = whole.getBoundingClientRect();
      const size = box.width / side;
      const [x, y] = [(clientX - box.x) / size - 0.5, (clientY - box.y) / size - 0.5];
      let nearest: Found | undefined;
      let least = Math.max(0.71, reach / size) ** 2;
      for (const cell of cells) {
        const distance = (cell.predicted - x) ** 2 + (cell.actual - y) ** 2;
        if (distance > least) continue;
        nearest = cell;
        least = distance;
      }
      if (nearest === undefined) hide();
      else if (nearest !== shown) show(nearest);
    };
    const open = (): void => {
      if (shown === undefined) return;
      const { actual, predicted } = shown;
      hide();
      openCell(run, actual, predicted);
    };

    whole.addEventListener('pointermove', pointAt);
    whole.addEventListener('pointerleave', hide);
    whole.addEventListener('click', (event) => {
      pointAt(event);
      open();
    });
    whole.setAttribute('tabindex', '0');
    whole.setAttribute('role', 'button');
    whole.setAttribute('aria-haspopup', 'dialog');
    whole.setAttribute('aria-label', 'Mistakes, most frequent first; use the arrow keys');
    whole.closest('svg')?.setAttribute('role', 'group');
    whole.addEventListener('blur', hide);
    whole.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key] ?? 0;
      if (step !== 0 && mistakes.length > 0) {
        walked = (walked + step + mistakes.length) % mistakes.length;
        show(mistakes[walked]);
      } else if (event.key === 'Enter' || event.key === ' ') open();
      else if (event.key === 'Escape') hide();
      else return;
      event.preventDefault();
    });
  }
}
