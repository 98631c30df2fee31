/** Pixels and bitmaps on a canvas, each pixel as a sharp square. */

import type { ImageShape } from '@couture/core';
import { useEffect, useRef } from 'preact/hooks';

interface PixelsProps {
  readonly pixels: Uint8Array;
  readonly shape: ImageShape;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly class?: string;
}

/** One image, as large as the style makes it. */
export function Pixels({ pixels, shape, label, class: name = '' }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, channels } = shape;
  useEffect(() => {
    const data = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) data.data[i * 4 + c] = pixels[channels === 1 ? i : i * 3 + c];
      data.data[i * 4 + 3] = 255;
    }
    canvas.current?.getContext('2d')?.putImageData(data, 0, 0);
  }, [pixels, width, height, channels]);
  return (
    <canvas
      ref={canvas}
      class={`pixels ${name}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    />
  );
}

interface BitmapProps {
  readonly bitmap: ImageBitmap;
  /** Of the bitmap. */
  readonly columns: number;
  /** Shown beside each other; as many as in the bitmap by default. */
  readonly across?: number;
  readonly count: number;
  readonly tile: { readonly width: number; readonly height: number };
  readonly label: string;
  /** Called with the place of a tile that was clicked. */
  readonly onPick?: (place: number) => void;
}

/** Device pixels between tiles. */
const GAP = 1;

/** Tiles of a bitmap with a line between them. */
export function Bitmap({ bitmap, columns, across = columns, count, tile, label, onPick }: BitmapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = Math.ceil(count / Math.max(1, across));
  const [width, height] = [across * (tile.width + GAP) - GAP, rows * (tile.height + GAP) - GAP];
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, width, height);
    for (let i = 0; i < count; i++) {
      const [x, y] = [i % across, Math.floor(i / across)];
      const from = [(i % columns) * tile.width, Math.floor(i / columns) * tile.height] as const;
      context.drawImage(
        bitmap,
        ...([...from, tile.width, tile.height] as const),
        ...([x * (tile.width + GAP), y * (tile.height + GAP), tile.width, tile.height] as const),
      );
    }
  }, [bitmap, columns, across, count, width, height, tile.width, tile.height]);
  const pick = (event: MouseEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || onPick === undefined) return;
    const column = Math.floor(((event.clientX - box.left) / box.width) * across);
    const place = Math.floor(((event.clientY - box.top) / box.height) * rows) * across + column;
    if (place < count) onPick(place);
  };
  return (
    <canvas
      ref={canvas}
      class="pixels tiles"
      width={Math.max(1, width)}
      height={Math.max(1, height)}
      role="img"
      aria-label={label}
      onClick={pick}
    />
  );
}
