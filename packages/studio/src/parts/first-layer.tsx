/** The weights of the first layer as images, as they are now or after an earlier epoch. */

import { shownEpoch, snapshots, weights } from '../state.ts';
import { Bitmap } from './pixels.tsx';

/** The images, with a slider over the epochs. */
export function FirstLayer() {
  const { value: all } = snapshots;
  const place = all.findIndex(({ epoch }) => epoch === shownEpoch.value);
  const chosen = place < 0 ? undefined : all[place];
  const value = chosen?.weights ?? weights.value;
  if (value === undefined) return null;
  const epoch = chosen?.epoch ?? all.at(-1)?.epoch;
  return (
    <section class="card" aria-label="First layer">
      <h2>
        First layer{epoch !== undefined && ` after epoch ${epoch}`}
        <span>weights of the {value.units} strongest units; blue is below 0, red-brown above</span>
      </h2>
      {all.length > 1 && (
        <input
          class="scrub"
          type="range"
          aria-label="Epoch whose first layer is shown"
          aria-valuetext={`epoch ${epoch}`}
          min={0}
          max={all.length - 1}
          value={place < 0 ? all.length - 1 : place}
          onInput={({ currentTarget }) => {
            const at = Number(currentTarget.value);
            // The last place follows the training.
            shownEpoch.value = at === all.length - 1 ? undefined : all[at].epoch;
          }}
        />
      )}
      <Bitmap
        bitmap={value.bitmap}
        columns={value.columns}
        count={value.units}
        tile={value.side}
        label={`Weights of ${value.units} units of the first layer as images`}
      />
    </section>
  );
}
