/** One image out of a bitmap of many. */

import { useEffect, useRef } from 'preact/hooks';
import type { Tiles } from '../protocol.ts';

interface ThumbProps {
  readonly tiles: Pick<Tiles, 'bitmap' | 'columns'>;
  readonly place: number;
  readonly tile: { readonly width: number; readonly height: number };
  /** What it shows; empty where the text beside it tells. */
  readonly label?: string;
  readonly class?: string;
}

/** The image, as large as the style makes it. */
export function Thumb({ tiles, place, tile, label = '', class: name = '' }: ThumbProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { bitmap, columns } = tiles;
  const { width, height } = tile;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || bitmap.width === 0) return;
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    context.drawImage(bitmap, x, y, width, height, 0, 0, width, height);
  }, [bitmap, columns, place, width, height]);
  const described =
    label === '' ? ({ 'aria-hidden': true } as const) : ({ role: 'img', 'aria-label': label } as const);
  return <canvas ref={canvas} class={`pixels thumb ${name}`} width={width} height={height} {...described} />;
}
