/** The maps of activations: the dot under the pointer shows its image. */

import type { Page, PageRun } from './page.ts';

/** Listens to every map of the page. The arrow keys move along the dots from left to right. */
export function watchMaps({ data, picture, element, showTip, hideTip }: Page): void {
  /** Radius in screen pixels for pointing at a dot. */
  const reach = 12;
  /** Screen position of the dot whose image is shown. */
  let shownAt = Number.NaN;

  const hide = (): void => {
    hideTip();
    document.querySelector('.dot-shown')?.classList.remove('dot-shown');
  };

  const show = (dot: Element, { map }: PageRun, point: number): void => {
    if (dot.classList.contains('dot-shown')) return;
    hide();
    const place = map.places[point];
    const [is, called] = [data.classNames[map.labels[point]], data.classNames[map.predicted[point]]];
    const words = is === called ? is : `${is} predicted as ${called}`;
    const number = map.numbers[point];
    dot.classList.add('dot-shown');
    const box = dot.getBoundingClientRect();
    shownAt = box.y;
    showTip(
      [
        ...(place < 0 ? [] : [picture(place, 112, `Test image ${number}: ${words}`)]),
        element('b', words),
        element('small', `#${number}`),
      ],
      box,
    );
  };

  for (const svg of document.querySelectorAll<SVGElement>('[data-map] svg')) {
    const run = data.runs[Number(svg.closest('[data-map]')?.getAttribute('data-map'))];
    const dots = [...svg.querySelectorAll<SVGCircleElement>('[data-dots] circle')]
      .map((dot, point) => ({
        dot,
        point,
        x: Number(dot.getAttribute('cx')),
        y: Number(dot.getAttribute('cy')),
      }))
      .sort((a, b) => a.x - b.x);
    if (dots.length === 0) continue;
    const showDot = ({ dot, point }: (typeof dots)[number]): void => show(dot, run, point);
    let walked = -1;

    const pointAt = ({ clientX, clientY }: PointerEvent): void => {
      const toScreen = dots[0].dot.getScreenCTM();
      if (toScreen === null) return;
      const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(toScreen.inverse());
      let nearest: (typeof dots)[number] | undefined;
      let least = (reach / toScreen.a) ** 2;
      for (const candidate of dots) {
        const distance = (candidate.x - x) ** 2 + (candidate.y - y) ** 2;
        if (distance < least) {
          nearest = candidate;
          least = distance;
        }
      }
      if (nearest === undefined) hide();
      else showDot(nearest);
    };
    svg.addEventListener('pointermove', pointAt);
    svg.addEventListener('pointerdown', pointAt);
    // After a tap the finger leaves, but the image must stay.
    svg.addEventListener('pointerleave', ({ pointerType }) => {
      if (pointerType !== 'touch') hide();
    });

    svg.setAttribute('tabindex', '0');
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') hide();
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      walked = (walked + step + dots.length) % dots.length;
      showDot(dots[walked]);
    });
  }
  // The image does not move with the page, so it is hidden once its dot has moved.
  addEventListener('scroll', () => {
    if (document.querySelector('.dot-shown')?.getBoundingClientRect().y !== shownAt) hide();
  });
}
