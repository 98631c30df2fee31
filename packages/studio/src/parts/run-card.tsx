/** One run in detail, with what can be done with it. */

import { Copy, Download, Play, SlidersHorizontal, Trash2, X } from 'lucide-preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  chooseModel,
  copyRun,
  exportFile,
  openRun,
  removeRun,
  resume,
  useSettings as takeSettings,
} from '../actions.ts';
import { duration, percent } from '../format.ts';
import type { RunDetails, StoredRun } from '../protocol.ts';
import { details, openedRun, view } from '../state.ts';
import { RunFacts } from './facts.tsx';

/** The card. */
export function RunCard({ run }: { readonly run: StoredRun }) {
  const { name, state, problem, testAccuracy, validationAccuracy, epochsDone = 0, epochs = 0 } = run;
  const more = details.value.get(name);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const view = heading.current?.closest('.view');
    const before = view?.scrollTop ?? 0;
    // The row may be far down in the list, and the card is above it.
    view?.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (openedRun.value !== undefined) return;
      // However the card was closed: the person goes on at its row, once the list is drawn again.
      setTimeout(() => {
        view?.scrollTo(0, before);
        requestAnimationFrame(() => document.getElementById(`run-${name}`)?.focus({ preventScroll: true }));
      });
    };
  }, []);
  return (
    <section class="card run-card" aria-label={`Run ${name}`}>
      <button type="button" class="icon close" aria-label="Close" onClick={() => void openRun(undefined)}>
        <X size={16} aria-hidden="true" />
      </button>
      <h2 ref={heading} tabIndex={-1}>
        {name}
        <span>
          {state[0].toUpperCase() + state.slice(1)}
          {state !== 'damaged' && `, ${epochsDone} of ${epochs} epochs`}
          {run.where === 'folder' && ', in the folder of couture studio'}.
          {validationAccuracy !== undefined && ` Validation accuracy ${percent(validationAccuracy)}.`}
          {testAccuracy !== undefined && ` Test accuracy ${percent(testAccuracy)}.`}
        </span>
      </h2>
      {problem !== undefined && <p class="problem">{problem}</p>}
      {more !== undefined && <Facts run={more} />}
      <Deeds run={run} more={more} />
    </section>
  );
}

function Facts({ run }: { readonly run: RunDetails }) {
  const { result, command, seconds, couture, config } = run;
  return (
    <RunFacts sha={result?.weightsSha256} command={command}>
      <dt>Training</dt>
      <dd>
        {duration(seconds)} on {config.data.name}, with Couture {couture}
      </dd>
    </RunFacts>
  );
}

function Deeds({ run, more }: { readonly run: StoredRun; readonly more: RunDetails | undefined }) {
  const { name, state, where } = run;
  const own = where === 'browser';
  return (
    <div class="row">
      {own && state === 'unfinished' && (
        <button type="button" class="primary" onClick={() => void resume(name)}>
          <Play size={16} aria-hidden="true" /> Resume
        </button>
      )}
      {run.epochsDone !== undefined && run.epochsDone > 0 && (
        <button
          type="button"
          onClick={() => {
            chooseModel({ kind: 'run', name });
            view.value = 'understand';
          }}
        >
          Understand
        </button>
      )}
      {!own && state !== 'damaged' && (
        <button type="button" onClick={() => void copyRun(name)}>
          <Copy size={16} aria-hidden="true" /> Copy into this browser
        </button>
      )}
      {more !== undefined && (
        <button type="button" onClick={() => takeSettings(more.config)}>
          <SlidersHorizontal size={16} aria-hidden="true" /> Use its settings
        </button>
      )}
      {state === 'finished' && (
        <button type="button" onClick={() => void exportFile(name, 'model')}>
          <Download size={16} aria-hidden="true" /> Model
        </button>
      )}
      {state !== 'damaged' && (
        <>
          <button type="button" onClick={() => void exportFile(name, 'config')}>
            <Download size={16} aria-hidden="true" /> Config
          </button>
          <button type="button" onClick={() => void exportFile(name, 'run')}>
            <Download size={16} aria-hidden="true" /> Run
          </button>
        </>
      )}
      {own && state === 'finished' && more !== undefined && <Further run={more} />}
      {own && (
        <button
          type="button"
          class="icon"
          aria-label={`Delete ${name}`}
          title="Delete; it can be brought back for 30 days"
          disabled={state === 'in use'}
          onClick={() => void removeRun(name)}
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

/** A finished run trained to more epochs. */
function Further({ run }: { readonly run: RunDetails }) {
  const { epochs } = run.config.settings;
  const [text, setText] = useState('');
  const wanted = text === '' ? epochs * 2 : Number(text);
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        void resume(run.name, wanted);
      }}
    >
      <label class="further">
        <span class="unseen">Epochs to train {run.name} to</span>
        <input
          type="text"
          inputMode="numeric"
          placeholder={String(epochs * 2)}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!Number.isInteger(wanted) || wanted <= epochs}>
        <Play size={16} aria-hidden="true" /> Train on to {Number.isNaN(wanted) ? '…' : wanted} epochs
      </button>
    </form>
  );
}
