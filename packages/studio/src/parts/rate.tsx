/** The learning rate of the run in progress, which may be changed from the next epoch on. */

import { rateInEpoch } from 'couture/train';
import { useState } from 'preact/hooks';
import { changeRate } from '../actions.ts';
import { type LiveRun, problems } from '../state.ts';
import { Problem } from './problem.tsx';

/** Factors at a click: the usual steps down, and one up. */
const factors = [
  { name: '÷ 10', factor: 0.1 },
  { name: '÷ 2', factor: 0.5 },
  { name: '× 2', factor: 2 },
] as const;

/** The field, with what was changed so far; nothing in the last epoch, when no other follows. */
export function Rate({ live }: { readonly live: LiveRun }) {
  const { settings } = live.config;
  const { rateChanges, epochs } = settings;
  const [text, setText] = useState('');
  const next = live.epoch + 1;
  if (next > epochs) return null;
  const planned = rateInEpoch(settings, next);
  const change = (rate: number): void => {
    setText('');
    void changeRate(rate);
  };
  return (
    <section class="card rate" aria-label="Learning rate">
      <h2>
        Learning rate {rateInEpoch(settings, live.epoch)}
        <span>
          {rateChanges.length === 0
            ? 'A change counts from the next epoch on, and becomes part of the run.'
            : `Changed: ${rateChanges.map((one) => `${one.learningRate} from epoch ${one.epoch} on`).join(', ')}.`}
        </span>
      </h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          change(Number(text));
        }}
      >
        <label>
          From epoch {next} on
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            placeholder={String(planned)}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={text.trim() === '' || !(Number(text) > 0)}>
          Change
        </button>
        {factors.map(({ name, factor }) => (
          <button
            type="button"
            key={name}
            aria-label={`Learning rate ${name}`}
            onClick={() => change(Number((planned * factor).toPrecision(6)))}
          >
            {name}
          </button>
        ))}
      </form>
      <Problem problem={problems.value.rate} />
    </section>
  );
}
