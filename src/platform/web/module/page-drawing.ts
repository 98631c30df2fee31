/** The drawing board of an exported page: strokes of a pen on paper, with undo. */

import { byId, contextOf } from './page-elements.ts';

interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly points: (readonly [x: number, y: number])[];
}

/** The board as the page uses it. */
export interface Drawing {
  /** Asks again about what is drawn. */
  ask(): void;
}

/**
 * Makes a board of a canvas.
 * @param paper its color; null for black. The pen is white on black and black on light paper
 * @param ask called once a frame with a changed drawing, or with undefined when it is empty
 */
export function openDrawing(
  canvas: HTMLCanvasElement,
  { colored, paper }: { colored: boolean; paper: readonly [number, number, number] | null },
  ask: (canvas: HTMLCanvasElement | undefined) => void,
): Drawing {
  const context = contextOf(canvas);
  const pen = byId<HTMLInputElement>('pen');
  const ink = byId<HTMLInputElement>('ink');
  const shade = byId<HTMLInputElement>('shade');
  byId('ink-label').hidden = !colored;
  byId('shade-label').hidden = colored;
  const ground = paper === null ? '#000' : `rgb(${paper.join(' ')})`;
  if (paper !== null) {
    ink.value = '#000000';
    shade.value = '30';
    byId('stage').classList.add('light');
  }
  let strokes: Stroke[] = [];
  let current: Stroke | undefined;
  let frame = 0;

  function redraw(): void {
    context.fillStyle = ground;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.lineCap = 'round';
    context.lineJoin = 'round';
    for (const { color, width, points } of strokes) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...points[0]);
      // A line to the same place makes a dot.
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    byId('draw-hint').hidden = strokes.length > 0;
    ask(strokes.length > 0 ? canvas : undefined);
  }

  function changed(): void {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(redraw);
  }

  function place({ offsetX, offsetY }: PointerEvent): [number, number] {
    return [(offsetX / canvas.clientWidth) * canvas.width, (offsetY / canvas.clientHeight) * canvas.height];
  }

  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    const level = Number(shade.value);
    const color = colored ? ink.value : `rgb(${level} ${level} ${level})`;
    current = { color, width: Number(pen.value), points: [place(event)] };
    strokes.push(current);
    changed();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (current === undefined) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) current.points.push(place(each));
    changed();
  });
  const end = (): void => {
    current = undefined;
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  byId('undo').addEventListener('click', () => {
    strokes.pop();
    changed();
  });
  byId('clear').addEventListener('click', () => {
    strokes = [];
    changed();
  });
  return { ask: changed };
}
