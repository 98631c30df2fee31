/** The audit: copies of images, and labels that models disagree with. A click opens an image. */

import { type AuditedImage, countDuplicates, type Suspect } from 'couture/audit';
import { Search } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { openImage } from '../../actions.ts';
import { request } from '../../client.ts';
import { count, percent, plural } from '../../format.ts';
import { Job } from '../../parts/job.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Thumb } from '../../parts/thumb.tsx';
import { useGrowing } from '../../parts/use-growing.ts';
import { useRequest } from '../../parts/use-request.ts';
import type { Audited } from '../../protocol-see.ts';
import { makeAudit } from '../../see-actions.ts';
import { audited, jobs } from '../../see-state.ts';
import { set } from '../../state.ts';

/** Pairs and labels that are shown. */
const MOST = 24;

/** A button that makes the audit, and what it found. */
export function AuditPanel() {
  const { value } = audited;
  const busy = jobs.value.audit !== undefined;
  return (
    <>
      <section class="card" aria-label="Make the audit">
        <h2>
          Copies and doubtful labels{' '}
          <span>
            Compares all images of both splits, then trains five models, each on four fifths of the training
            images, and lists the labels that the others contradict. It takes about a minute.
          </span>
        </h2>
        <div class="row">
          <button
            type="button"
            class={value === undefined ? 'primary' : ''}
            disabled={busy || set.value?.complete !== true}
            onClick={() => void makeAudit()}
          >
            <Search size={16} aria-hidden="true" />{' '}
            {value === undefined ? 'Audit the data set' : 'Audit again'}
          </button>
          {value?.seconds !== undefined && (
            <p class="hint">The last audit took {Math.round(value.seconds)} s.</p>
          )}
        </div>
        <Job name="audit" />
      </section>
      {value !== undefined && (
        <>
          <Copies audited={value} />
          <Suspects audited={value} />
        </>
      )}
    </>
  );
}

/** A pair of images that are the same or nearly so. */
interface Pair {
  readonly kind: 'exact' | 'near' | 'mirrored';
  readonly first: AuditedImage;
  readonly second: AuditedImage;
  readonly distance: number;
}

/** The pairs, most urgent first: different labels, then across the splits, then the nearest. */
function pairsOf({ audit }: Audited): Pair[] {
  const { exact, near } = audit.duplicates;
  const same = exact.flatMap(([first, ...others]) =>
    others.map((second): Pair => ({ kind: 'exact', first, second, distance: 0 })),
  );
  const urgency = ({ first, second }: Pair): number =>
    first.label !== second.label ? 0 : first.split !== second.split ? 1 : 2;
  return [...same, ...near].sort((a, b) => urgency(a) - urgency(b));
}

function Copies({ audited: value }: { readonly audited: Audited }) {
  const { audit } = value;
  const pairs = pairsOf(value);
  const shown = pairs.slice(0, MOST);
  const { any } = countDuplicates(audit.duplicates);
  const { value: tiles, problem } = useRequest(
    shown.length === 0
      ? undefined
      : async () =>
          await request('images', {
            images: shown.flatMap(({ first, second }) => [first, second]),
            columns: 2,
          }),
    [value],
  );
  const grown = useGrowing(tiles, shown.length);
  return (
    <section class="card" aria-label="Copies">
      <h2>
        Copies{' '}
        <span>
          {plural(any.testInTrain, 'test image')} with a copy in the training split; {count(any.withinTrain)}{' '}
          within training, {count(any.withinTest)} within test
        </span>
      </h2>
      <Problem problem={problem} />
      {shown.length > 0 && (
        <p class="hint">
          {shown.length < pairs.length
            ? `${shown.length} of ${plural(pairs.length, 'pair')}`
            : plural(pairs.length, 'pair')}
          : different labels first, then pairs across the splits
        </p>
      )}
      <ul class="findings pairs">
        {tiles !== undefined &&
          shown.slice(0, grown).map(({ kind, first, second, distance }, place) => (
            <li key={`${first.split}${first.index} ${second.split}${second.index}`}>
              <Open image={first}>
                <Thumb tiles={tiles} place={2 * place} tile={set.value?.info.shape ?? SQUARE} />
                <Words image={first} names={audit.classNames} />
              </Open>
              <Open image={second}>
                <Thumb tiles={tiles} place={2 * place + 1} tile={set.value?.info.shape ?? SQUARE} />
                <Words image={second} names={audit.classNames} />
              </Open>
              <p class={first.label === second.label ? 'hint' : 'hint conflict'}>
                {kind === 'exact'
                  ? 'the same bytes'
                  : `${kind === 'near' ? '' : 'mirrored, '}distance ${distance.toFixed(3)}`}
                {first.label === second.label ? '' : ', different labels'}
              </p>
            </li>
          ))}
      </ul>
    </section>
  );
}

const SQUARE = { width: 28, height: 28 };

function Suspects({ audited: value }: { readonly audited: Audited }) {
  const { audit } = value;
  const { suspects, outOfFold, threshold } = audit.labels;
  const shown = suspects.slice(0, MOST);
  const { value: tiles, problem } = useRequest(
    shown.length === 0 ? undefined : async () => await request('images', { images: shown, columns: 8 }),
    [value],
  );
  const grown = useGrowing(tiles, shown.length);
  const of = (split: Suspect['split']): number => suspects.filter((one) => one.split === split).length;
  return (
    <section class="card" aria-label="Doubtful labels">
      <h2>
        Doubtful labels{' '}
        <span>
          {count(of('train'))} of the training and {count(of('test'))} of the test images: models that did not
          train on them give the label less than {percent(threshold, 0)}. These models are right for{' '}
          {percent(outOfFold.train.accuracy, 1)} of the training images.
        </span>
      </h2>
      <Problem problem={problem} />
      <ul class="findings">
        {tiles !== undefined &&
          shown.slice(0, grown).map((suspect, place) => (
            <li key={`${suspect.split}${suspect.index}`}>
              <Open image={suspect}>
                <Thumb tiles={tiles} place={place} tile={set.value?.info.shape ?? SQUARE} />
                <span class="words">
                  <b>{audit.classNames[suspect.label]}</b>
                  <span>rather {audit.classNames[suspect.suggested]}</span>
                  <span>
                    {percent(suspect.suggestedProbability, 0)}, {suspect.split} {count(suspect.index)}
                  </span>
                </span>
              </Open>
            </li>
          ))}
      </ul>
    </section>
  );
}

function Words({ image, names }: { readonly image: AuditedImage; readonly names: readonly string[] }) {
  return (
    <span class="words">
      <b>{names[image.label]}</b>
      <span>
        {image.split} {count(image.index)}
      </span>
    </span>
  );
}

function Open({ image, children }: { readonly image: AuditedImage; readonly children: ComponentChildren }) {
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => void openImage({ split: image.split, label: null }, image.index)}
    >
      {children}
    </button>
  );
}
