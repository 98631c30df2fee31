/** A plain warning where a picture is unlike the training images, so that a confident answer misleads nobody. */

import { TriangleAlert } from 'lucide-preact';
import { percent } from '../format.ts';
import type { Answer } from '../protocol.ts';

/** The warning, or a line that says that there is no reason for one. */
export function Doubt({ answer: { unlike } }: { readonly answer: Answer }) {
  if (unlike === undefined) return null;
  const { score, limit, falseAlarms } = unlike;
  if (score <= limit)
    return (
      <p class="hint">
        Like the training images: score {score.toFixed(2)}, limit {limit.toFixed(2)}.
      </p>
    );
  return (
    <div class="doubt" role="note">
      <TriangleAlert size={20} aria-hidden="true" />
      <p>
        <strong>This picture is unlike the training images.</strong> The prediction means little. Score{' '}
        {score.toFixed(2)}, limit {limit.toFixed(2)}: {percent(falseAlarms, 0)} of ordinary images exceed it.
      </p>
    </div>
  );
}
