/** What the browser keeps: deleted runs, which can be brought back, imported images, and how much room is left. */

import { Trash2, Undo2 } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { listKept, removeRunForGood, removeSet, restoreRun, useSet as takeSet } from '../actions.ts';
import { count, plural } from '../format.ts';
import type { KeptSet, StoredRun } from '../protocol.ts';
import { keptSets, problems, removed, room, runs, set } from '../state.ts';
import { Problem } from './problem.tsx';

/** Days for which a deleted run can be brought back. */
const DAYS = 30;

/** Two lists that are closed until they are needed. */
export function Kept() {
  const { value: deleted } = removed;
  useEffect(() => void listKept(), [runs.value, removed.value, set.value]);
  return (
    <>
      {deleted.length > 0 && (
        <details class="card kept">
          <summary>Deleted runs ({deleted.length})</summary>
          <p class="hint">They are deleted for good {DAYS} days after they were deleted.</p>
          <ul>
            {deleted.map((run) => (
              <Deleted key={run.path} run={run} />
            ))}
          </ul>
        </details>
      )}
      <details class="card kept">
        <summary>Storage{said()}</summary>
        <Problem problem={problems.value.kept} />
        <p class="hint">
          {room.value?.persisted === true
            ? 'The browser keeps these files until you delete them.'
            : 'The browser may clear these files when its disk is nearly full. Save the runs that matter.'}
        </p>
        <ul>
          <li>
            <span class="name">
              <strong>Fashion-MNIST</strong>
              <small>from the host of this page</small>
            </span>
            <UseSet kept={null} />
          </li>
          {keptSets.value.map((one) => (
            <Images key={one.digest} set={one} />
          ))}
        </ul>
      </details>
    </>
  );
}

/** How much is used. */
function said(): string {
  const { value } = room;
  if (value === undefined) return '';
  const of = value.quota === undefined ? '' : ` of ${megabytes(value.quota)}`;
  return `: ${megabytes(value.usage)}${of} used`;
}

function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes < 1e6 ? `${count(bytes / 1e3)} KB` : `${count(bytes / 1e6)} MB`;
}

function Deleted({ run: { name, removed = '' } }: { readonly run: StoredRun }) {
  const left = DAYS - Math.floor((Date.now() - Date.parse(removed)) / 86_400_000);
  return (
    <li>
      <span class="name">
        <strong>{name}</strong>
        <small>{plural(Math.max(0, left), 'day')} left</small>
      </span>
      <button type="button" aria-label={`Bring back ${name}`} onClick={() => void restoreRun(name)}>
        <Undo2 size={16} aria-hidden="true" /> Bring back
      </button>
      <ForGood what={name} onSure={() => void removeRunForGood(name)} />
    </li>
  );
}

function Images({ set: kept }: { readonly set: KeptSet }) {
  const { digest, name, images, bytes } = kept;
  return (
    <li>
      <span class="name">
        <strong>{name}</strong>
        <small>
          {plural(images, 'image')}, {megabytes(bytes)}
        </small>
      </span>
      <UseSet kept={kept} />
      <ForGood what={`the images ${name}`} onSure={() => void removeSet(digest)} />
    </li>
  );
}

/** Takes a kept set, or Fashion-MNIST for null. */
function UseSet({ kept }: { readonly kept: KeptSet | null }) {
  const name = kept?.name ?? 'fashion-mnist';
  const origin = set.value?.info.origin;
  const isThis =
    kept === null ? origin?.kind === 'registry' : origin?.kind === 'import' && origin.digest === kept.digest;
  // A sample can be taken again: its other images may have failed to load.
  const isUsed = isThis && set.value?.complete === true;
  return (
    <button
      type="button"
      aria-label={`${isUsed ? 'In use:' : 'Use'} ${name}`}
      disabled={isUsed}
      onClick={() => void takeSet(kept)}
    >
      {isUsed ? 'In use' : 'Use'}
    </button>
  );
}

/** A button that asks once more. */
function ForGood({ what, onSure }: { readonly what: string; readonly onSure: () => void }) {
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <button
        type="button"
        class="icon"
        aria-label={`Delete ${what} for good`}
        onClick={() => setAsking(true)}
      >
        <Trash2 size={16} aria-hidden="true" />
      </button>
    );
  return (
    <>
      <button type="button" class="danger" aria-label={`Yes, delete ${what} for good`} onClick={onSure}>
        Delete for good
      </button>
      <button type="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </>
  );
}
