/**
 * The units of a layer as cells that are lit by their values, on one canvas. It is one list for the keyboard: arrow keys
 * move from unit to unit, Enter pins one.
 */

import { useEffect, useRef } from 'preact/hooks';
import { scheme } from './scheme.ts';
import { useWidth } from './use-width.ts';

/** Largest side of a cell, and of the whole drawing, in pixels. */
const LARGEST = 18;
const TALLEST = 132;

interface UnitGridProps {
  readonly name: string;
  readonly values: Float32Array;
  /** The unit whose details are shown. */
  readonly chosen: number | undefined;
  /** Units with an effect on a chosen unit of the next layer, by the sign of the effect. */
  readonly marks: ReadonlyMap<number, number>;
  /** Called for the unit under the pointer or the keyboard; `pin` for a click or Enter. */
  readonly onUnit: (unit: number, pin: boolean) => void;
}

/** Cells of a grid that fit a width. */
function fit(units: number, width: number): { readonly side: number; readonly columns: number } {
  for (let side = LARGEST; side > 2; side--) {
    const columns = Math.max(1, Math.floor(width / side));
    if (Math.ceil(units / columns) * side <= TALLEST) return { side, columns };
  }
  return { side: 2, columns: Math.max(1, Math.floor(width / 2)) };
}

/** `#rrggbb`, `rgb(…)` or `rgba(…)` as three numbers. */
function channels(color: string): readonly number[] {
  return (color.match(/[\d.]+/g) ?? ['0', '0', '0']).slice(0, 3).map(Number);
}

/** The cells. */
export function UnitGrid({ name, values, chosen, marks, onUnit }: UnitGridProps) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const { side, columns } = fit(values.length, width);
  const rows = Math.ceil(values.length / columns);
  const colors = scheme.value;

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || width === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(columns * side * scale);
    element.height = Math.round(rows * side * scale);
    context.scale(scale, scale);
    // Four colors of the style sheet; the canvas itself draws none of them.
    const { color, textDecorationColor, borderTopColor, outlineColor } = getComputedStyle(element);
    const [on, off, below] = [color, textDecorationColor, borderTopColor].map(channels);
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    const gap = side > 5 ? 1 : 0;
    context.clearRect(0, 0, columns * side, rows * side);
    const box = (unit: number): readonly [number, number] => [
      (unit % columns) * side,
      Math.floor(unit / columns) * side,
    ];
    for (let unit = 0; unit < values.length; unit++) {
      // Small values above 0 are lifted; those below 0, which GELU and its like have many of, stay in the background.
      const share = (Math.abs(values[unit]) / largest) ** (values[unit] < 0 ? 1.2 : 0.7);
      const lit = values[unit] < 0 ? below : on;
      const mixed = off.map((from, c) => Math.round(from + (lit[c] - from) * share));
      context.fillStyle = `rgb(${mixed.join(' ')})`;
      context.fillRect(...box(unit), side - gap, side - gap);
    }
    const outline = (unit: number, line: number, style: string): void => {
      const [x, y] = box(unit);
      context.lineWidth = line;
      context.strokeStyle = style;
      context.strokeRect(x + line / 2, y + line / 2, side - gap - line, side - gap - line);
    };
    for (const [unit, effect] of marks) outline(unit, 2, effect < 0 ? borderTopColor : outlineColor);
    if (chosen !== undefined) {
      const [x, y] = box(chosen);
      context.lineWidth = 2;
      context.strokeStyle = outlineColor;
      context.strokeRect(x - 0.5, y - 0.5, side - gap + 1, side - gap + 1);
    }
  }, [values, width, side, columns, rows, chosen, marks, colors]);

  const unitAt = ({ clientX, clientY }: MouseEvent): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    const column = Math.floor((clientX - box.left) / side);
    const unit = Math.floor((clientY - box.top) / side) * columns + column;
    return column >= 0 && column < columns && unit >= 0 && unit < values.length ? unit : undefined;
  };
  const point = (event: MouseEvent, pin: boolean): void => {
    const unit = unitAt(event);
    if (unit !== undefined && (pin || unit !== chosen)) onUnit(unit, pin);
  };
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -values.length,
    End: values.length,
  };
  return (
    <div
      ref={place}
      class="units"
      tabIndex={0}
      role="listbox"
      aria-label={`Units of ${name}`}
      aria-activedescendant={`unit-${name}`}
      onFocus={() => {
        if (chosen === undefined) onUnit(0, false);
      }}
      onKeyDown={(event) => {
        const { [event.key]: step } = steps;
        if (event.key === 'Enter') onUnit(chosen ?? 0, true);
        if (step === undefined) return;
        event.preventDefault();
        onUnit(Math.max(0, Math.min(values.length - 1, (chosen ?? 0) + step)), false);
      }}
      onPointerMove={(event) => {
        if (event.pointerType !== 'touch') point(event, false);
      }}
      onClick={(event) => point(event, true)}
    >
      <canvas ref={canvas} style={{ width: `${columns * side}px`, height: `${rows * side}px` }} />
      <span
        class="unseen"
        role="option"
        tabIndex={-1}
        id={`unit-${name}`}
        aria-selected="true"
        aria-posinset={(chosen ?? 0) + 1}
        aria-setsize={values.length}
      >
        {`Unit ${chosen ?? 0}: ${values[chosen ?? 0]?.toFixed(2)}`}
      </span>
    </div>
  );
}
