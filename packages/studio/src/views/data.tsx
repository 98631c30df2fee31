/** Data: the images by class and split, one of them enlarged, their balance and audit, and files to import. */

import { useEffect, useState } from 'preact/hooks';
import { openImage } from '../actions.ts';
import { count } from '../format.ts';
import { Grid } from '../parts/grid.tsx';
import type { Choice, SplitName } from '../protocol.ts';
import { keyOfSet } from '../same-set.ts';
import { type DataPart, dataPart, dataParts, opened, set } from '../state.ts';
import { Collect } from './collect.tsx';
import { AuditPanel } from './data/audit.tsx';
import { Balance } from './data/balance.tsx';
import { Enlarged } from './data/enlarged.tsx';
import { Own } from './data/own.tsx';

const titles: Readonly<Record<DataPart, string>> = {
  images: 'Images',
  balance: 'Class balance',
  audit: 'Audit',
};

/** The view. */
export function DataPanel() {
  const { value } = set;
  const { value: part } = dataPart;
  const [collecting, setCollecting] = useState(false);
  return (
    <>
      <Own collecting={collecting} onCollect={() => setCollecting(!collecting)} />
      {collecting && <Collect />}
      {value === undefined ? (
        <p class="empty">The images are loading.</p>
      ) : (
        <>
          <fieldset class="segments" aria-label="Part">
            {dataParts.map((name) => (
              <button
                type="button"
                key={name}
                aria-pressed={part === name}
                onClick={() => {
                  dataPart.value = name;
                }}
              >
                {titles[name]}
              </button>
            ))}
          </fieldset>
          {part === 'images' ? (
            <Images />
          ) : (
            <div class={`findings-of ${opened.value === undefined ? '' : 'beside'}`}>
              <div class="column">{part === 'balance' ? <Balance /> : <AuditPanel />}</div>
              {opened.value !== undefined && <Enlarged image={opened.value} />}
            </div>
          )}
        </>
      )}
    </>
  );
}

/** The images of a choice. */
function Images() {
  const { value } = set;
  const [split, setSplit] = useState<SplitName>('train');
  const [label, setLabel] = useState<number | null>(null);
  const [sought, setSought] = useState<{ readonly place: number } | undefined>(undefined);
  useEffect(() => setLabel(null), [value && keyOfSet(value.info)]);
  if (value === undefined) return null;
  const counts = value.counts[split];
  const all = counts.reduce((sum, images) => sum + images, 0);
  const choice: Choice = { split, label };
  const seek = (text: string): void => {
    const place = Math.round(Number(text));
    if (text.trim() === '' || !(place >= 0 && place < all)) return;
    setLabel(null);
    setSought({ place });
    void openImage({ split, label: null }, place);
  };
  return (
    <>
      <div class="filters">
        <fieldset class="segments" aria-label="Split">
          {(['train', 'test'] as const).map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={split === name}
              onClick={() => {
                setSplit(name);
                setSought(undefined);
              }}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <label class="field place">
          <span>Image</span>
          <input
            type="number"
            min={0}
            max={Math.max(0, all - 1)}
            placeholder={`0 to ${count(Math.max(0, all - 1))}`}
            onChange={({ currentTarget }) => {
              // A number beyond the end stays, marked by the browser as out of range.
              if (currentTarget.reportValidity()) seek(currentTarget.value);
            }}
          />
        </label>
        <fieldset class="choices" aria-label="Class">
          <button type="button" aria-pressed={label === null} onClick={() => setLabel(null)}>
            all <span>{count(all)}</span>
          </button>
          {value.info.classNames.map((name, place) => (
            <button
              type="button"
              key={name}
              aria-pressed={label === place}
              onClick={() => {
                setLabel(place);
                setSought(undefined);
              }}
            >
              {name} <span>{count(counts[place])}</span>
            </button>
          ))}
        </fieldset>
      </div>
      {!value.complete && <p class="note">This is a sample: the other images are loading.</p>}
      <div class="browse">
        <Grid
          choice={choice}
          total={label === null ? all : counts[label]}
          tile={value.info.shape}
          sought={sought}
          nameOf={(one) => value.info.classNames[one]}
          onOpen={(place) => {
            void openImage(choice, place);
          }}
        />
        {opened.value !== undefined && <Enlarged image={opened.value} />}
      </div>
    </>
  );
}
