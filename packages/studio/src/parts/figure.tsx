/** A figure of Couture in the page. The drawing code is loaded with the first one. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../problem-of.ts';
import type { Problem as Told } from '../state.ts';
import { loadFigures } from './load-figures.ts';
import { Problem } from './problem.tsx';
import { type Draw, SaveFigure } from './save-figure.tsx';

interface FigureProps {
  /** Draws it, here or in the worker; called again when `of` changes or the place becomes wider. */
  readonly draw: Draw;
  /** What it is drawn from. */
  readonly of: unknown;
  /** Called with the true and the predicted class of a cell that was chosen. */
  readonly onCell?: (actual: number, predicted: number) => void;
}

/** The figure as wide as its place. */
export function Figure({ draw, of, onCell }: FigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [problem, setProblem] = useState<Told | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width } = entry.contentRect;
      // Not for a scroll bar that comes and goes.
      setWidth((before) => (Math.abs(before - width) > 20 ? Math.floor(width) : before));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    let current = true;
    if (width >= 200)
      void loadFigures()
        .then(async (figures) => {
          const drawn = await draw(figures, { document, width });
          // Drawing and showing are two tasks: other work of the page gets a turn between them.
          await new Promise((resolve) => setTimeout(resolve, 0));
          return drawn;
        })
        .then(
          ({ svg }) => {
            if (!current) return;
            setProblem(undefined);
            show(place.current, svg, onCell !== undefined);
          },
          (error: unknown) => {
            if (current) setProblem(problemOf(error));
          },
        );
    return () => {
      current = false;
    };
  }, [of, width]);
  const choose = (target: EventTarget | null): void => {
    const cell =
      target instanceof Element ? target.closest('[data-cell]')?.getAttribute('data-cell') : undefined;
    const [actual, predicted] = (cell ?? '').split(' ').map(Number);
    if (cell) onCell?.(actual, predicted);
  };
  return (
    <div class="figure">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the cells inside are the buttons */}
      <div
        ref={place}
        class="drawing-of"
        onClick={({ target }) => choose(target)}
        onKeyDown={({ key, target }) => {
          if (key === 'Enter') choose(target);
        }}
      />
      <Problem problem={problem} />
      <SaveFigure draw={draw} width={width} />
    </div>
  );
}

const adopted = new Set<string>();

/** Puts the drawing in. Its colors go into a style sheet of the page: the content policy allows no inline styles. */
function show(place: HTMLElement | null, svg: string, hasCells: boolean): void {
  const bare = svg.replace(/<style>([^<]*)<\/style>/, (_, text: string) => {
    adopt(text);
    return '';
  });
  const drawing = new DOMParser().parseFromString(bare, 'image/svg+xml').documentElement;
  if (hasCells) {
    // The picture as a whole has no buttons; its cells are them.
    drawing.setAttribute('role', 'group');
    for (const cell of drawing.querySelectorAll('[data-cell]')) {
      cell.setAttribute('tabindex', '0');
      cell.setAttribute('role', 'button');
      cell.setAttribute('aria-label', cell.querySelector('title')?.textContent ?? 'images of this cell');
    }
  }
  place?.replaceChildren(drawing);
}

/** Adds the rules that the page does not have yet. */
function adopt(text: string): void {
  const rules = text.split('\n').filter((rule) => !adopted.has(rule));
  if (rules.length === 0) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.join('\n'));
  document.adoptedStyleSheets.push(sheet);
  for (const rule of rules) adopted.add(rule);
}
