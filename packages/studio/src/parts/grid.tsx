/**
 * Many small images on one canvas: only the visible rows are drawn, from a bitmap that the worker makes. The canvas is one
 * list for the keyboard: arrow keys move within it, Enter opens an image.
 */

import { useEffect, useRef, useState } from 'preact/hooks';
import { request } from '../client.ts';
import type { Choice } from '../protocol.ts';

/** Pixels of the page between the left edges of two images. */
const STEP = 60;
const GAP = 4;

interface GridProps {
  readonly choice: Choice;
  readonly total: number;
  readonly tile: { readonly width: number; readonly height: number };
  /** A place to scroll to; another object scrolls again. */
  readonly sought?: { readonly place: number } | undefined;
  readonly onOpen: (place: number) => void;
  readonly nameOf: (label: number) => string;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The list. */
export function Grid({ choice, total, tile, sought, onOpen, nameOf }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const generation = useRef(0);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  const [labels, setLabels] = useState<ReadonlyMap<number, string>>(new Map());
  const columns = Math.max(1, Math.floor((size.width + GAP) / STEP));
  const rows = Math.ceil(total / columns);
  const firstRow = Math.floor(top / STEP);
  const shownRows = Math.ceil(size.height / STEP) + 1;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setSize({ width: Math.floor(contentRect.width), height: Math.floor(contentRect.height) }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    setActive(0);
    scroller.current?.scrollTo({ top: 0 });
  }, [choice.split, choice.label]);

  useEffect(() => {
    if (size.width === 0) return;
    // An answer for rows that are no longer shown is dropped.
    generation.current += 1;
    const own = generation.current;
    const from = firstRow * columns;
    const count = Math.max(0, Math.min(shownRows * columns, total - from));
    void request('tiles', { choice, from, count, columns }).then((tiles) => {
      if (own === generation.current) {
        draw(tiles.bitmap, tiles.images.length, from);
        setLabels(
          new Map(tiles.images.map(({ index, label }, i) => [from + i, `${nameOf(label)}, image ${index}`])),
        );
      }
      tiles.bitmap.close();
    });
  }, [choice.split, choice.label, total, columns, firstRow, shownRows, active]);

  const draw = (bitmap: ImageBitmap, count: number, from: number): void => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const scale = devicePixelRatio;
    element.width = Math.round(size.width * scale);
    element.height = Math.round(shownRows * STEP * scale);
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    const across = bitmap.width / tile.width;
    const side = STEP - GAP;
    for (let i = 0; i < count; i++) {
      const source = [(i % across) * tile.width, Math.floor(i / across) * tile.height] as const;
      const [x, y] = [(i % columns) * STEP, Math.floor(i / columns) * STEP];
      context.drawImage(bitmap, ...source, tile.width, tile.height, x, y, side, side);
      if (from + i !== active) continue;
      context.strokeStyle = getComputedStyle(element).getPropertyValue('outline-color');
      context.lineWidth = 3;
      context.strokeRect(x + 1.5, y + 1.5, side - 3, side - 3);
    }
  };

  const move = (to: number): void => {
    const place = Math.max(0, Math.min(total - 1, to));
    setActive(place);
    const element = scroller.current;
    if (element === null) return;
    const y = Math.floor(place / columns) * STEP;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + STEP > element.scrollTop + element.clientHeight)
      element.scrollTop = y + STEP - element.clientHeight;
  };
  useEffect(() => {
    if (sought !== undefined && size.height > 0) move(sought.place);
  }, [sought, size.height]);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(active - 1),
    ArrowRight: () => move(active + 1),
    ArrowUp: () => move(active - columns),
    ArrowDown: () => move(active + columns),
    PageUp: () => move(active - columns * (shownRows - 2)),
    PageDown: () => move(active + columns * (shownRows - 2)),
    Home: () => move(0),
    End: () => move(total - 1),
    Enter: () => onOpen(active),
    ' ': () => onOpen(active),
  };
  return (
    <div
      ref={scroller}
      class="grid"
      tabIndex={0}
      role="listbox"
      aria-label="Images"
      aria-activedescendant={total > 0 ? 'active-image' : undefined}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      }}
      onClick={(event) => {
        const box = scroller.current?.getBoundingClientRect();
        if (box === undefined) return;
        const column = Math.floor((event.clientX - box.left) / STEP);
        const place = Math.floor((event.clientY - box.top + top) / STEP) * columns + column;
        if (column >= columns || place >= total) return;
        setActive(place);
        onOpen(place);
      }}
    >
      <div class="all" style={{ height: `${rows * STEP}px` }}>
        <canvas
          ref={canvas}
          style={{ transform: `translateY(${firstRow * STEP}px)`, width: `${size.width}px` }}
        />
        {total > 0 && (
          <span
            class="unseen"
            role="option"
            tabIndex={-1}
            id="active-image"
            aria-selected="true"
            aria-posinset={active + 1}
            aria-setsize={total}
          >
            {labels.get(active) ?? `Image ${active + 1}`}
          </span>
        )}
      </div>
    </div>
  );
}
