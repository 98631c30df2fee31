/** How many images each class has in each split. */

import { Figure } from '../../parts/figure.tsx';
import { set } from '../../state.ts';

/** The figure of the data set at hand. */
export function Balance() {
  const { value } = set;
  if (value === undefined) return null;
  const { info, counts } = value;
  const total = (perClass: readonly number[]): number => perClass.reduce((sum, images) => sum + images, 0);
  const balance = (['train', 'test'] as const).map((split) => ({
    split,
    images: total(counts[split]),
    perClass: counts[split],
  }));
  const overview = {
    ...{ dataset: info.name, classNames: info.classNames, ...info.shape },
    ...{ balance, meanImages: [], samples: [] },
  };
  return (
    <section aria-label="Class balance">
      <Figure of={value} draw={({ drawClassBalance }, options) => drawClassBalance(overview, options)} />
    </section>
  );
}
