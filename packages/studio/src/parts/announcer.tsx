/** Says once an epoch how training goes, for those who listen to the page. */

import { percent } from '../format.ts';
import { run } from '../state.ts';

/** The one live region of the page. */
export function Announcer() {
  const { value } = run;
  const last = value?.history.at(-1);
  const text =
    value?.state === 'finished' && value.result !== undefined
      ? `Training has finished. Test accuracy ${percent(value.result.testAccuracy)}.`
      : last === undefined
        ? ''
        : `Epoch ${last.epoch} of ${value?.config.settings.epochs}: validation accuracy ${percent(last.validationAccuracy)}.`;
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}
