/** A field for a setting: its kind, words and limits are those of the command line's flag. */

import type { TrainSettings } from '@couture/core';
import type { SettingControl } from 'couture/train';
import { changeSetting } from '../actions.ts';
import { settingOf, textOf, valueFrom } from '../setup.ts';
import { resolved, setup } from '../state.ts';
import { useTyped } from './use-typed.ts';

/** Label, field and, where it is invalid, the reason. */
export function Field({ control }: { readonly control: SettingControl }) {
  const { key, name, kind, choices, range, description } = control;
  const value = settingOf(setup.value, control);
  const own = setup.value.settings[key] !== undefined;
  const { value: state } = resolved;
  const wrong = 'problem' in state && state.keys.includes(key) ? state : undefined;
  const id = `setting-${name}`;
  const change = (text: string): void => changeSetting(key, valueFrom(control, text));
  const typed = useTyped(textOf(value), change);
  const described = wrong === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-problem` };
  return (
    <div class={`field ${kind}`}>
      <label for={id} title={description}>
        {labelOf(key)}
        {own && <span class="own" title="differs from the recipe" />}
      </label>
      {kind === 'switch' ? (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => change(String(currentTarget.checked))}
        />
      ) : kind === 'choice' ? (
        <select
          id={id}
          value={textOf(value)}
          onChange={({ currentTarget }) => change(currentTarget.value)}
          {...described}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          inputMode={kind === 'number' ? (range.whole ? 'numeric' : 'decimal') : 'text'}
          autocomplete="off"
          spellcheck={false}
          placeholder="none"
          {...typed}
          {...described}
        />
      )}
      {wrong !== undefined && (
        <p class="problem" id={`${id}-problem`}>
          {wrong.problem}
          {wrong.hint !== undefined && <span class="hint"> {wrong.hint}</span>}
        </p>
      )}
    </div>
  );
}

/** `learningRate` as `Learning rate`. */
function labelOf(key: keyof TrainSettings): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[0].toUpperCase() + words.slice(1);
}
