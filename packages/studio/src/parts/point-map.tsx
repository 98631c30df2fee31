/**
 * Points on a canvas, each an image: pointing shows it, a click predicts it. For the keyboard the map is one list: arrow
 * keys go to the next point in their direction, Enter predicts it.
 */

import { classColors } from 'virtual:couture-theme';
import { useEffect, useRef, useState } from 'preact/hooks';
import { predictPicture } from '../actions.ts';
import { count } from '../format.ts';
import type { ImageMap } from '../protocol-see.ts';
import { set, view } from '../state.ts';
import { inPieces } from './in-pieces.ts';
import { layOut, nearestPoint, nextPoint } from './map-points.ts';
import { scheme } from './scheme.ts';
import { Thumb } from './thumb.tsx';
import { useWidth } from './use-width.ts';

interface PointMapProps {
  readonly map: ImageMap;
  readonly classNames: readonly string[];
}

/** The map, and its classes: choosing one dims the others. */
export function PointMap({ map, classNames }: PointMapProps) {
  const { labels, predicted, indices } = map.points;
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ring = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const height = Math.round(Math.min(560, Math.max(280, width * 0.72)));
  const [at, setAt] = useState<number | undefined>(undefined);
  const [only, setOnly] = useState<number | undefined>(undefined);
  const [mistakes, setMistakes] = useState(false);
  const colors = scheme.value;
  useEffect(() => setAt(undefined), [map]);

  const positions = layOut(map.points.points, width, height);
  const isShown = (i: number): boolean =>
    (only === undefined || labels[i] === only) && (!mistakes || labels[i] !== predicted[i]);

  const radius = labels.length > 600 ? 3 : 4;
  useEffect(() => {
    const element = canvas.current;
    if (element === null || width === 0) return;
    // Those that are not meant lie below.
    const all = [...labels.keys()];
    const order = [...all.filter((i) => !isShown(i)), ...all.filter(isShown)];
    const sheet = new OffscreenCanvas(
      Math.round(width * devicePixelRatio),
      Math.round(height * devicePixelRatio),
    );
    const context = sheet.getContext('2d');
    if (context === null) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.lineWidth = 1.5;
    const step = (place: number): void => {
      const i = order[place];
      const meant = isShown(i);
      context.globalAlpha = meant ? 0.85 : 0.07;
      context.fillStyle = classColors[labels[i] % classColors.length][colors];
      dot(context, positions, i, radius);
      context.fill();
      if (!meant || labels[i] === predicted[i]) return;
      // A mistake has the color of its prediction around it.
      context.strokeStyle = classColors[predicted[i] % classColors.length][colors];
      dot(context, positions, i, radius + 1.5);
      context.stroke();
    };
    // The map before stays until this one is whole.
    return inPieces(order.length, step, () => {
      [element.width, element.height] = [sheet.width, sheet.height];
      element.getContext('2d')?.drawImage(sheet, 0, 0);
    });
  }, [map, width, height, only, mistakes, colors]);

  // The chosen point has a canvas of its own: moving over the map draws one ring, and not all points again.
  useEffect(() => {
    const element = ring.current;
    const context = element?.getContext('2d');
    if (!element || !context || !canvas.current || width === 0) return;
    element.width = Math.round(width * devicePixelRatio);
    element.height = Math.round(height * devicePixelRatio);
    if (at === undefined) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    const { color, backgroundColor } = getComputedStyle(canvas.current);
    context.lineWidth = 5;
    context.strokeStyle = backgroundColor;
    dot(context, positions, at, radius + 4);
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeStyle = color;
    context.stroke();
  }, [map, width, height, at, colors]);

  const pointAt = ({ clientX, clientY }: MouseEvent): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    return nearestPoint(positions, clientX - box.left, clientY - box.top, isShown);
  };
  const predict = (i: number): void => {
    predictPicture({ kind: 'image', split: 'test', index: indices[i] });
    view.value = 'predict';
  };
  const words = (i: number): string => {
    const [is, called] = [classNames[labels[i]], classNames[predicted[i]]];
    return is === called ? is : `${is} predicted as ${called}`;
  };
  const directions: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  // As wide as the style makes it.
  const tip = width < 420 ? 104 : 148;
  const tile = set.value?.info.shape ?? { width: 28, height: 28 };
  return (
    <>
      <fieldset class="choices" aria-label="Classes of the map">
        {classNames.map((name, label) => (
          <button
            type="button"
            key={name}
            aria-pressed={only === label}
            onClick={() => setOnly(only === label ? undefined : label)}
          >
            <Swatch color={classColors[label % classColors.length][colors]} /> {name}
          </button>
        ))}
        <button type="button" aria-pressed={mistakes} onClick={() => setMistakes(!mistakes)}>
          only mistakes
        </button>
      </fieldset>
      <div
        ref={place}
        class="map"
        tabIndex={0}
        role="listbox"
        aria-label="Map of test images"
        aria-activedescendant="map-point"
        onPointerMove={(event) => setAt(pointAt(event))}
        onPointerLeave={({ pointerType }) => {
          if (pointerType !== 'touch') setAt(undefined);
        }}
        onClick={(event) => {
          const i = pointAt(event);
          if (i !== undefined) predict(i);
        }}
        onFocus={() => {
          if (at === undefined) setAt(nearestPoint(positions, width / 2, height / 2, isShown, width));
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && at !== undefined) predict(at);
          const { [event.key]: direction } = directions;
          if (direction === undefined || at === undefined) return;
          event.preventDefault();
          setAt(nextPoint(positions, at, direction, isShown));
        }}
      >
        <canvas ref={canvas} style={{ width: `${width}px`, height: `${height}px` }} />
        <canvas ref={ring} class="ring" style={{ width: `${width}px`, height: `${height}px` }} />
        <span class="unseen" role="option" tabIndex={-1} id="map-point" aria-selected="true">
          {at === undefined ? 'No image' : `${words(at)}, test image ${indices[at]}`}
        </span>
        {at !== undefined && (
          <div
            class="map-tip"
            style={{
              width: `${tip}px`,
              left: `${Math.max(0, Math.min(width - tip, positions[2 * at] - tip / 2))}px`,
              ...(positions[2 * at + 1] > 180
                ? { bottom: `${height - positions[2 * at + 1] + 14}px` }
                : { top: `${positions[2 * at + 1] + 14}px` }),
            }}
          >
            <Thumb tiles={map} place={at} tile={tile} />
            <b>{words(at)}</b>
            <span>test image {count(indices[at])}</span>
          </div>
        )}
      </div>
      <p class="hint">
        A click on a dot predicts its image. A ring around a mistake has the color of the predicted class.
      </p>
    </>
  );
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function dot(context: Context, positions: Float32Array, i: number, size: number): void {
  context.beginPath();
  context.arc(positions[2 * i], positions[2 * i + 1], size, 0, 2 * Math.PI);
}

function Swatch({ color }: { readonly color: string }) {
  return (
    <svg width="10" height="10" aria-hidden="true">
      <circle cx="5" cy="5" r="5" fill={color} />
    </svg>
  );
}
