/** A place to drop files: images of a person's own. */

import { FolderOpen, Pencil, Upload } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { importFiles } from '../../actions.ts';
import { count, plural } from '../../format.ts';
import { Problem } from '../../parts/problem.tsx';
import { importing, problems, set } from '../../state.ts';

/** The place, with buttons that do the same. */
export function Own({
  collecting,
  onCollect,
}: {
  readonly collecting: boolean;
  readonly onCollect: () => void;
}) {
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
