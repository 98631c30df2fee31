/** Copies a command. */

import { Check, Copy } from 'lucide-preact';
import { useState } from 'preact/hooks';

/** The button; it says when it has done so. */
export function CopyButton({ text }: { readonly text: string }) {
  const [done, setDone] = useState(false);
  const Icon = done ? Check : Copy;
  return (
    <button
      type="button"
      class="icon"
      aria-label={done ? 'Copied' : 'Copy the command'}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setDone(true));
      }}
    >
      <Icon size={16} aria-hidden="true" />
    </button>
  );
}
