/** Collects images in the page, class by class, from the camera and by drawing. */

import { Camera as CameraIcon, Download, Plus, Undo2, X } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { importFiles, saveFile } from '../actions.ts';
import { archive, type CollectedClass, changeClass, classes, collect, lacking } from '../collection.ts';
import { plural } from '../format.ts';
import { Camera } from '../parts/camera.tsx';
import { DrawPad } from '../parts/draw-pad.tsx';

/** Pictures that are shown of a class: the newest. */
const SHOWN = 12;

/** The form. */
export function Collect() {
  const [source, setSource] = useState<'camera' | 'drawing'>('drawing');
  const [chosen, setChosen] = useState(0);
  const problem = lacking();
  const place = Math.min(chosen, classes.value.length - 1);
  return (
    <section class="card collect" aria-label="Collect images">
      <div class="row">
        <fieldset class="segments" aria-label="Source">
          {(['drawing', 'camera'] as const).map((name) => (
            <button type="button" key={name} aria-pressed={source === name} onClick={() => setSource(name)}>
              {name}
            </button>
          ))}
        </fieldset>
        <p class="hint">Choose a class, then add pictures of it.</p>
      </div>
      <div class="sides">
        {source === 'drawing' ? <Drawing place={place} /> : <FromCamera place={place} />}
        <ul class="classes">
          {classes.value.map((one, i) => (
            <ClassRow key={i} one={one} place={i} chosen={i === place} onChoose={() => setChosen(i)} />
          ))}
          <li>
            <button
              type="button"
              onClick={() => {
                classes.value = [
                  ...classes.value,
                  { name: `class ${classes.value.length + 1}`, pictures: [] },
                ];
              }}
            >
              <Plus size={16} aria-hidden="true" /> Add a class
            </button>
          </li>
        </ul>
      </div>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={problem !== undefined}
          onClick={() => void archive().then((file) => importFiles([file]))}
        >
          Use these images
        </button>
        <button
          type="button"
          disabled={problem !== undefined}
          onClick={() => void archive().then((file) => saveFile(file, file.name))}
        >
          <Download size={16} aria-hidden="true" /> Save as ZIP
        </button>
        {problem !== undefined && <p class="hint">{problem}</p>}
      </div>
    </section>
  );
}

function ClassRow({
  one,
  place,
  chosen,
  onChoose,
}: {
  readonly one: CollectedClass;
  readonly place: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <li class={chosen ? 'chosen' : ''}>
      <div class="row">
        <input
          type="text"
          aria-label={`Name of class ${place + 1}`}
          value={one.name}
          onFocus={onChoose}
          onInput={({ currentTarget }) =>
            changeClass(place, (known) => ({ ...known, name: currentTarget.value }))
          }
        />
        <button type="button" aria-pressed={chosen} onClick={onChoose}>
          {plural(one.pictures.length, 'picture')}
        </button>
        <button
          type="button"
          class="icon"
          aria-label={`Remove the last picture of ${one.name}`}
          disabled={one.pictures.length === 0}
          onClick={() => changeClass(place, (known) => ({ ...known, pictures: known.pictures.slice(0, -1) }))}
        >
          <Undo2 size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label={`Remove the class ${one.name}`}
          disabled={classes.value.length <= 2}
          onClick={() => {
            classes.value = classes.value.filter((_, i) => i !== place);
          }}
        >
          <X size={16} aria-hidden="true" />
        </button>
      </div>
      <div class="thumbnails">
        {one.pictures.slice(-SHOWN).map(({ id, data }) => (
          <Thumbnail key={id} data={data} />
        ))}
      </div>
    </li>
  );
}

function Thumbnail({ data }: { readonly data: ImageData }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext('2d')?.putImageData(data, 0, 0), [data]);
  return <canvas ref={canvas} width={data.width} height={data.height} role="img" aria-label="picture" />;
}

function Drawing({ place }: { readonly place: number }) {
  const [cleared, setCleared] = useState(0);
  const [drawn, setDrawn] = useState<ImageData | undefined>(undefined);
  const clear = (): void => {
    setCleared(cleared + 1);
    setDrawn(undefined);
  };
  return (
    <div class="drawing">
      <DrawPad cleared={cleared} onDraw={setDrawn} />
      <div class="row">
        <button
          type="button"
          disabled={drawn === undefined}
          onClick={() => {
            if (drawn !== undefined) collect(place, drawn);
            clear();
          }}
        >
          <Plus size={16} aria-hidden="true" /> Add to {classes.value[place].name}
        </button>
        <button type="button" onClick={clear}>
          Clear
        </button>
      </div>
    </div>
  );
}

function FromCamera({ place }: { readonly place: number }) {
  const [held, setHeld] = useState(false);
  const release = (): void => setHeld(false);
  return (
    <div class="drawing">
      <Camera taking={held} rate={10} onFrame={(frame) => collect(place, frame)} />
      <button
        type="button"
        onPointerDown={({ currentTarget, pointerId }) => {
          // A finger that slips off the button goes on recording.
          currentTarget.setPointerCapture(pointerId);
          setHeld(true);
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onKeyDown={({ key, repeat }) => {
          if (!repeat && (key === ' ' || key === 'Enter')) setHeld(true);
        }}
        onKeyUp={release}
        onBlur={release}
      >
        <CameraIcon size={16} aria-hidden="true" /> Hold to record {classes.value[place].name}
      </button>
    </div>
  );
}
