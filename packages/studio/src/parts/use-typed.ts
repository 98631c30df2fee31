/** What a text field has while somebody types: the text is taken when the field is left, or at Enter. */

import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';

/** Properties of the `<input>`. */
export interface Typed {
  readonly value: string;
  readonly onInput: (event: TargetedEvent<HTMLInputElement>) => void;
  readonly onChange: (event: TargetedEvent<HTMLInputElement>) => void;
  readonly onBlur: () => void;
}

/**
 * The properties of a field. What is being typed stays, whatever is drawn again around it: images that arrive, a run that
 * trains.
 * @param value the text while nobody types
 */
export function useTyped(value: string, onText: (text: string) => void): Typed {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  return {
    value: draft ?? value,
    onInput: ({ currentTarget }) => setDraft(currentTarget.value),
    onChange({ currentTarget }) {
      setDraft(undefined);
      onText(currentTarget.value);
    },
    onBlur: () => setDraft(undefined),
  };
}
