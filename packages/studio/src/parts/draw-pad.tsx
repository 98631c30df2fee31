/** A place to draw on, by mouse, pen or finger. The pixels are our own: some browsers alter what a canvas gives back. */

import { useEffect, useRef } from 'preact/hooks';

const SIDE = 280;
/** Radius of the brush in pixels. */
const BRUSH = 11;

interface DrawPadProps {
  /** Called at most once a frame while drawing, with white on black. */
  readonly onDraw: (data: ImageData) => void;
  /** Another number clears it. */
  readonly cleared: number;
}

/** Draws a round dot with a soft edge of one pixel. */
function dot({ data }: ImageData, x: number, y: number): void {
  const [left, top] = [Math.max(0, Math.floor(x - BRUSH - 1)), Math.max(0, Math.floor(y - BRUSH - 1))];
  const [right, bottom] = [
    Math.min(SIDE - 1, Math.ceil(x + BRUSH + 1)),
    Math.min(SIDE - 1, Math.ceil(y + BRUSH + 1)),
  ];
  for (let row = top; row <= bottom; row++)
    for (let column = left; column <= right; column++) {
      const value = 255 * Math.max(0, Math.min(1, BRUSH + 0.5 - Math.hypot(column - x, row - y)));
      const to = (row * SIDE + column) * 4;
      if (value > data[to]) data.fill(value, to, to + 3);
    }
}

function blank(): ImageData {
  const image = new ImageData(SIDE, SIDE);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  return image;
}

/** The pad. Everything on it is drawn by lines between pointer positions. */
export function DrawPad({ onDraw, cleared }: DrawPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useRef<ImageData>(blank());
  const last = useRef<readonly [number, number] | undefined>(undefined);
  const frame = useRef(0);
  const show = (): void => canvas.current?.getContext('2d')?.putImageData(image.current, 0, 0);
  useEffect(() => {
    image.current = blank();
    show();
  }, [cleared]);
  const report = (): void => {
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      show();
      onDraw(new ImageData(image.current.data.slice(), SIDE, SIDE));
    });
  };
  const move = (event: PointerEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || last.current === undefined) return;
    // Browsers gather the positions between two frames: all of them belong to the line.
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = [((clientX - box.left) / box.width) * SIDE, ((clientY - box.top) / box.height) * SIDE];
      const [fromX, fromY] = last.current;
      const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / 3));
      for (let i = 1; i <= steps; i++)
        dot(image.current, fromX + ((x - fromX) * i) / steps, fromY + ((y - fromY) * i) / steps);
      last.current = [x, y];
    }
    report();
  };
  return (
    <canvas
      ref={canvas}
      class="pad"
      width={SIDE}
      height={SIDE}
      role="img"
      aria-label="Drawing pad: draw with a mouse, a pen or a finger"
      onPointerDown={(event) => {
        canvas.current?.setPointerCapture(event.pointerId);
        const box = canvas.current?.getBoundingClientRect();
        if (box === undefined) return;
        const [x, y] = [event.clientX - box.left, event.clientY - box.top];
        last.current = [(x / box.width) * SIDE, (y / box.height) * SIDE];
        dot(image.current, ...last.current);
        report();
      }}
      onPointerMove={move}
      onPointerUp={() => {
        last.current = undefined;
      }}
      onPointerCancel={() => {
        last.current = undefined;
      }}
    />
  );
}
