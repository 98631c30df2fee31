/** The hidden layers as a list: added, removed, and moved by buttons or by dragging. */

import { ArrowDown, ArrowUp, GripVertical, Plus, Trash2 } from 'lucide-preact';
import { useRef, useState } from 'preact/hooks';
import { changeSettings } from '../actions.ts';
import { controlOf, numberFrom, settingOf } from '../setup.ts';
import { resolved, setup } from '../state.ts';
import { useTyped } from './use-typed.ts';

/** A hidden layer as its fields have it. */
interface Layer {
  readonly units: unknown;
  readonly dropout: unknown;
}

const inList: readonly string[] = ['hidden', 'dropout'];

function layersOf(): Layer[] {
  const hidden = settingOf(setup.value, controlOf('hidden')) as readonly unknown[];
  const dropout = settingOf(setup.value, controlOf('dropout')) as readonly unknown[];
  return hidden.map((units, i) => ({ units, dropout: dropout[i] ?? 0 }));
}

function change(layers: readonly Layer[]): void {
  const dropout = layers.map((layer) => layer.dropout);
  changeSettings({
    hidden: layers.map(({ units }) => units),
    dropout: dropout.every((share) => share === 0) ? [] : dropout,
  });
}

/** The layers with one of them in another place. */
function moved(layers: readonly Layer[], from: number, to: number): Layer[] {
  const others = layers.filter((_, i) => i !== from);
  return [...others.slice(0, to), layers[from], ...others.slice(to)];
}

/** The list. */
export function Layers() {
  const layers = layersOf();
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | undefined>();
  const { value: state } = resolved;
  const wrong = 'problem' in state && state.keys.some((key) => inList.includes(key)) ? state : undefined;
  const shown = drag === undefined ? layers : moved(layers, drag.from, drag.to);
  /** The row at a height on the screen. */
  const rowAt = (y: number): number => {
    const rows = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    const place = rows.findIndex(({ bottom }) => y < bottom);
    return place < 0 ? rows.length - 1 : place;
  };
  const replaced = (place: number, part: Partial<Layer>): Layer[] =>
    layers.map((layer, i) => (i === place ? { ...layer, ...part } : layer));
  return (
    <fieldset class="layers">
      <legend>Hidden layers</legend>
      <ol ref={list}>
        {shown.map((layer, place) => (
          <li key={place} class={drag?.to === place ? 'dragged' : undefined}>
            {/* Keys have the buttons beside it. */}
            <span
              class="grip"
              title="Drag to move the layer"
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                setDrag({ from: place, to: place });
              }}
              onPointerMove={({ clientY }) => {
                if (drag !== undefined) setDrag({ ...drag, to: rowAt(clientY) });
              }}
              onPointerUp={() => {
                if (drag !== undefined && drag.from !== drag.to) change(shown);
                setDrag(undefined);
              }}
              onPointerCancel={() => setDrag(undefined)}
            >
              <GripVertical size={16} aria-hidden="true" />
            </span>
            <NumberOf
              name="units"
              layer={layer}
              place={place}
              isWrong={wrong?.keys[0] === 'hidden' && wrong.place === place}
              onNumber={(units) => change(replaced(place, { units }))}
            />
            <NumberOf
              name="dropout"
              layer={layer}
              place={place}
              isWrong={wrong?.keys[0] === 'dropout' && wrong.place === place}
              onNumber={(dropout) => change(replaced(place, { dropout }))}
            />
            <button
              type="button"
              class="icon"
              aria-label={`Move layer ${place + 1} up`}
              disabled={place === 0}
              onClick={() => change(moved(layers, place, place - 1))}
            >
              <ArrowUp size={16} aria-hidden="true" />
            </button>
            <button
              type="button"
              class="icon"
              aria-label={`Move layer ${place + 1} down`}
              disabled={place === layers.length - 1}
              onClick={() => change(moved(layers, place, place + 1))}
            >
              <ArrowDown size={16} aria-hidden="true" />
            </button>
            <button
              type="button"
              class="icon"
              aria-label={`Remove layer ${place + 1}`}
              onClick={() => change(layers.filter((_, i) => i !== place))}
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
      {wrong !== undefined && (
        <p class="problem" id="layers-problem" role="alert">
          {wrong.problem}
          {wrong.hint !== undefined && <span class="hint"> {wrong.hint}</span>}
        </p>
      )}
      <button
        type="button"
        onClick={() => change([...layers, { units: layers.at(-1)?.units ?? 64, dropout: 0 }])}
      >
        <Plus size={16} aria-hidden="true" /> Add a layer
      </button>
    </fieldset>
  );
}

interface NumberProps {
  readonly name: 'units' | 'dropout';
  readonly layer: Layer;
  readonly place: number;
  readonly isWrong: boolean;
  readonly onNumber: (value: unknown) => void;
}

function NumberOf({ name, layer, place, isWrong, onNumber }: NumberProps) {
  const title = name === 'units' ? 'Units' : 'Dropout';
  const typed = useTyped(String(layer[name]), (text) => onNumber(numberFrom(text)));
  return (
    <label>
      <span>{name}</span>
      <input
        type="text"
        inputMode={name === 'units' ? 'numeric' : 'decimal'}
        autocomplete="off"
        aria-label={`${title} of hidden layer ${place + 1}`}
        {...typed}
        {...(isWrong && { 'aria-invalid': true, 'aria-describedby': 'layers-problem' })}
      />
    </label>
  );
}
