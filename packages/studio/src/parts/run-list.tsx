/** The list of runs. Only the visible rows are in the page, so that a thousand runs are as quick as ten. */

import { signal } from '@preact/signals';
import { Monitor } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { compareRun, openRun } from '../actions.ts';
import { percent, plural } from '../format.ts';
import { MOST_COMPARED } from '../place.ts';
import type { StoredRun } from '../protocol.ts';
import { compared, openedRun } from '../state.ts';

/** Height of a row in pixels, as in the style sheet. */
const ROW = 60;
/** Rows beyond the visible ones, so that the keyboard finds the next one. */
const BEYOND = 8;
/** With fewer runs, there is nothing to find. */
const FEW = 6;

const filters = {
  all: { title: 'All runs', keeps: () => true },
  finished: { title: 'Finished', keeps: ({ state }: StoredRun) => state === 'finished' },
  unfinished: { title: 'Unfinished', keeps: ({ state }: StoredRun) => state !== 'finished' },
  browser: { title: 'In this browser', keeps: ({ where }: StoredRun) => where === 'browser' },
  folder: { title: 'In the folder', keeps: ({ where }: StoredRun) => where === 'folder' },
} as const;

const accuracyOf = (run: StoredRun): number => run.testAccuracy ?? run.validationAccuracy ?? 0;
const orders = {
  newest: { title: 'Newest first', compare: () => 0 },
  best: {
    title: 'Most accurate first',
    compare: (a: StoredRun, b: StoredRun) => accuracyOf(b) - accuracyOf(a),
  },
  name: {
    title: 'By name',
    compare: (a: StoredRun, b: StoredRun) => a.name.localeCompare(b.name, 'en', { numeric: true }),
  },
} as const;

/** What is asked of the list; it stays while another view is open. */
const words = signal('');
const filter = signal<keyof typeof filters>('all');
const order = signal<keyof typeof orders>('newest');

/** The runs that are asked for, in their order. */
function chosenOf(runs: readonly StoredRun[]): StoredRun[] {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { keeps } = filters[filter.value];
  const found = runs.filter((run) => {
    const text = `${run.name} ${run.data ?? ''} ${run.recipe ?? ''} ${run.state}`.toLowerCase();
    return keeps(run) && wanted.every((word) => text.includes(word));
  });
  return order.value === 'newest' ? found : found.sort(orders[order.value].compare);
}

/** The list with its filters. */
export function RunList({ runs }: { readonly runs: readonly StoredRun[] }) {
  const chosen = chosenOf(runs);
  return (
    <section class="run-section" aria-label="Runs">
      {runs.length > FEW && <Filters all={runs.length} found={chosen.length} />}
      <Rows runs={chosen} />
    </section>
  );
}

function Filters({ all, found }: { readonly all: number; readonly found: number }) {
  return (
    <div class="row run-filters">
      <input
        type="text"
        aria-label="Find runs by name, data set, recipe or state"
        placeholder="Find runs"
        value={words.value}
        onInput={({ currentTarget }) => {
          words.value = currentTarget.value;
        }}
      />
      <select
        aria-label="Which runs"
        value={filter.value}
        onChange={({ currentTarget }) => {
          filter.value = currentTarget.value as keyof typeof filters;
        }}
      >
        {Object.entries(filters).map(([name, { title }]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        value={order.value}
        onChange={({ currentTarget }) => {
          order.value = currentTarget.value as keyof typeof orders;
        }}
      >
        {Object.entries(orders).map(([name, { title }]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <span class="hint" role="status">
        {found === all ? plural(all, 'run') : `${found} of ${plural(all, 'run')}`}
      </span>
    </div>
  );
}

function Rows({ runs }: { readonly runs: readonly StoredRun[] }) {
  const list = useRef<HTMLUListElement>(null);
  const [{ from, to }, setRange] = useState({ from: 0, to: 30 });
  useEffect(() => {
    const element = list.current;
    const scroller = element?.closest('.view');
    if (element === null || !scroller) return;
    const update = (): void => {
      const above = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / ROW) - BEYOND);
      const last = Math.ceil((above + scroller.clientHeight) / ROW) + BEYOND;
      setRange((now) => (now.from === first && now.to === last ? now : { from: first, to: last }));
    };
    update();
    scroller.addEventListener('scroll', update, { passive: true });
    const observer = new ResizeObserver(update);
    // What is above the list may become taller as well.
    for (const one of [scroller, ...scroller.children]) observer.observe(one);
    return () => {
      scroller.removeEventListener('scroll', update);
      observer.disconnect();
    };
  }, [runs.length]);
  return (
    <ul class="run-list" ref={list} style={{ height: `${runs.length * ROW}px` }}>
      {runs.slice(from, to).map((run, i) => (
        <Row key={run.path} run={run} place={from + i} all={runs.length} />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly run: StoredRun;
  readonly place: number;
  readonly all: number;
}

function Row({ run, place, all }: RowProps) {
  const { name, state, testAccuracy, validationAccuracy, epochsDone = 0, epochs = 0, started, data } = run;
  const isCompared = compared.value.has(name);
  const isOpen = openedRun.value === name;
  const full = compared.value.size >= MOST_COMPARED && !isCompared;
  const accuracy = testAccuracy ?? validationAccuracy;
  return (
    <li
      class={isOpen ? 'open' : undefined}
      aria-setsize={all}
      aria-posinset={place + 1}
      style={{ transform: `translateY(${place * ROW}px)` }}
    >
      <label class="check">
        <input
          type="checkbox"
          aria-label={`Compare the curves of ${name}`}
          title={full ? `At most ${MOST_COMPARED} runs can be compared.` : 'Compare the curves'}
          checked={isCompared}
          disabled={full || epochsDone === 0}
          onChange={({ currentTarget }) => void compareRun(name, currentTarget.checked)}
        />
      </label>
      <button
        type="button"
        id={`run-${name}`}
        aria-expanded={isOpen}
        onClick={() => void openRun(isOpen ? undefined : name)}
      >
        <span class="name">
          {run.where === 'folder' && <Monitor size={14} aria-hidden="true" />}
          <strong>{name}</strong>
          <small>
            {data ?? run.problem}
            {started !== undefined && `, ${new Date(started).toLocaleString()}`}
          </small>
        </span>
        <span class="figure-of">
          <strong>{accuracy === undefined ? '–' : percent(accuracy)}</strong>
          <small>{state === 'finished' ? 'test' : `${state}, ${epochsDone} of ${epochs}`}</small>
        </span>
      </button>
    </li>
  );
}
