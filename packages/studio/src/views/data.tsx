/** Data: the images by class and split, one of them enlarged, and files to import. */

import { FolderOpen, Pencil, Upload, X } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { importFiles, openImage, predictPicture } from '../actions.ts';
import { count, plural } from '../format.ts';
import { Grid } from '../parts/grid.tsx';
import { Pixels } from '../parts/pixels.tsx';
import { Problem } from '../parts/problem.tsx';
import type { Choice, SetImage, SplitName } from '../protocol.ts';
import { importing, opened, problems, set, view } from '../state.ts';
import { Collect } from './collect.tsx';

/** The view. */
export function DataPanel() {
  const { value } = set;
  const [split, setSplit] = useState<SplitName>('train');
  const [label, setLabel] = useState<number | null>(null);
  const [collecting, setCollecting] = useState(false);
  useEffect(() => setLabel(null), [value?.info.name]);
  const counts = value?.counts[split] ?? [];
  const all = counts.reduce((sum, images) => sum + images, 0);
  const choice: Choice = { split, label };
  return (
    <>
      <Own collecting={collecting} onCollect={() => setCollecting(!collecting)} />
      {collecting && <Collect />}
      {value === undefined ? (
        <p class="empty">The images are loading.</p>
      ) : (
        <>
          <div class="filters">
            <fieldset class="segments" aria-label="Split">
              {(['train', 'test'] as const).map((name) => (
                <button type="button" key={name} aria-pressed={split === name} onClick={() => setSplit(name)}>
                  {name}
                </button>
              ))}
            </fieldset>
            <fieldset class="choices" aria-label="Class">
              <button type="button" aria-pressed={label === null} onClick={() => setLabel(null)}>
                all <span>{count(all)}</span>
              </button>
              {value.info.classNames.map((name, place) => (
                <button
                  type="button"
                  key={name}
                  aria-pressed={label === place}
                  onClick={() => setLabel(place)}
                >
                  {name} <span>{count(counts[place])}</span>
                </button>
              ))}
            </fieldset>
          </div>
          {!value.complete && <p class="note">This is a sample: the other images are loading.</p>}
          <div class="browse">
            <Grid
              choice={choice}
              total={label === null ? all : counts[label]}
              tile={value.info.shape}
              nameOf={(one) => value.info.classNames[one]}
              onOpen={(place) => {
                void openImage(choice, place);
              }}
            />
            {opened.value !== undefined && <Enlarged image={opened.value} />}
          </div>
        </>
      )}
    </>
  );
}

/** An image with its pixel values. */
function Enlarged({ image }: { readonly image: SetImage }) {
  const [at, setAt] = useState<readonly [number, number] | undefined>(undefined);
  const { info } = set.value ?? {};
  if (info === undefined) return null;
  const { width, height, channels } = info.shape;
  const name = info.classNames[image.label];
  const from = at === undefined ? 0 : (at[1] * width + at[0]) * channels;
  return (
    <aside class="enlarged card" aria-label="Enlarged image">
      <button
        type="button"
        class="icon close"
        aria-label="Close"
        onClick={() => {
          opened.value = undefined;
        }}
      >
        <X size={16} aria-hidden="true" />
      </button>
      <h2>
        {name}{' '}
        <span>
          {image.split} image {count(image.index)}
        </span>
      </h2>
      <div
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
          setAt([
            Math.min(width - 1, Math.max(0, Math.floor(x * width))),
            Math.min(height - 1, Math.max(0, Math.floor(y * height))),
          ]);
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        <Pixels pixels={image.pixels} shape={info.shape} label={`${name}, enlarged`} class="enlarged" />
      </div>
      <p class="hint">
        {at === undefined
          ? `${width} x ${height} pixels: 0 is black, 255 is white`
          : `Row ${at[1]}, column ${at[0]}: ${[...image.pixels.slice(from, from + channels)].join(', ')}`}
      </p>
      <button
        type="button"
        onClick={() => {
          predictPicture({ kind: 'image', split: image.split, index: image.index });
          view.value = 'predict';
        }}
      >
        Predict this image
      </button>
    </aside>
  );
}

/** A place to drop files. */
function Own({ collecting, onCollect }: { readonly collecting: boolean; readonly onCollect: () => void }) {
  const [over, setOver] = useState(false);
  const { value } = importing;
  const take = (input: HTMLInputElement): void => {
    void importFiles([...(input.files ?? [])]).then(() => {
      input.value = '';
    });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop files; the buttons inside do the same
    <div
      class={`own-data ${over ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void importFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <p>
        <strong>Your own images:</strong> drop a ZIP of class folders, a CSV or an NPZ file here.
      </p>
      <label class="button">
        <Upload size={16} aria-hidden="true" /> Choose a file
        <input
          type="file"
          class="unseen"
          accept=".zip,.tar,.gz,.csv,.npz"
          onChange={({ currentTarget }) => take(currentTarget)}
        />
      </label>
      <label class="button">
        <FolderOpen size={16} aria-hidden="true" /> Choose a folder
        <input
          type="file"
          class="unseen"
          {...{ webkitdirectory: true }}
          onChange={({ currentTarget }) => take(currentTarget)}
        />
      </label>
      <button type="button" aria-pressed={collecting} onClick={onCollect}>
        <Pencil size={16} aria-hidden="true" /> Collect
      </button>
      {value !== undefined && (
        <p class="note" role="status">
          {value.stage === 'read' ? 'Reading' : 'Looking at'}{' '}
          {value.total > 0 ? `${count(value.done)} of ${plural(value.total, 'picture')}` : 'the files'}
        </p>
      )}
      <Problem problem={problems.value.data} />
      {(set.value?.notes ?? []).map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
    </div>
  );
}
