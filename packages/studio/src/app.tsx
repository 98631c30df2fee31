/** The frame of the page: header, the panels that fit, and the transport. */

import { signal } from '@preact/signals';
import {
  Activity,
  Boxes,
  Compass,
  Images,
  Lightbulb,
  ListTree,
  Monitor,
  Moon,
  PenLine,
  Sun,
} from 'lucide-preact';
import { Announcer } from './parts/announcer.tsx';
import { Problem } from './parts/problem.tsx';
import { Tour } from './parts/tour.tsx';
import { Transport } from './parts/transport.tsx';
import { titles } from './place.ts';
import { hidden, problems, run, set, theme, type View, view } from './state.ts';
import { goTo } from './tour.ts';
import { DataPanel } from './views/data.tsx';
import { ModelPanel } from './views/model.tsx';
import { PredictPanel } from './views/predict.tsx';
import { RunsPanel } from './views/runs.tsx';
import { TrainPanel } from './views/train.tsx';
import { UnderstandPanel } from './views/understand.tsx';

const about: Readonly<
  Record<View, { readonly icon: typeof Sun; readonly Content: () => preact.JSX.Element }>
> = {
  data: { icon: Images, Content: DataPanel },
  model: { icon: ListTree, Content: ModelPanel },
  train: { icon: Activity, Content: TrainPanel },
  understand: { icon: Lightbulb, Content: UnderstandPanel },
  predict: { icon: PenLine, Content: PredictPanel },
  runs: { icon: Boxes, Content: RunsPanel },
};

/** What fits beside the view that was chosen. */
type Room = 'wide' | 'medium' | 'narrow';

const wide = matchMedia('(min-width: 1200px)');
const medium = matchMedia('(min-width: 800px)');
const measure = (): Room => (wide.matches ? 'wide' : medium.matches ? 'medium' : 'narrow');
const room = signal(measure());
for (const query of [wide, medium])
  query.addEventListener('change', () => {
    room.value = measure();
  });

/** Views that have a panel of their own beside the stage. */
const beside: Readonly<Record<Room, readonly View[]>> = {
  wide: ['model', 'predict'],
  medium: ['predict'],
  narrow: [],
};

/** The whole page. */
export function App() {
  const fixed = beside[room.value].filter((name) => !hidden.value.has(name));
  const all = (Object.keys(about) as View[]).filter((name) => !beside[room.value].includes(name));
  const open = all.filter((name) => !hidden.value.has(name));
  // A page without any view would be of no use.
  const tabs = open.length > 0 ? open : all;
  const chosen = tabs.includes(view.value) ? view.value : tabs.includes('train') ? 'train' : tabs[0];
  const { Content } = about[chosen];
  return (
    <div class={`app ${room.value}${fixed.length < beside[room.value].length ? ' less' : ''}`}>
      <Header />
      {fixed.includes('model') && (
        <section class="side left" aria-label="Model">
          <ModelPanel />
        </section>
      )}
      <main class="stage">
        <Tabs tabs={tabs} chosen={chosen} />
        <Problem problem={problems.value.address} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
        <section class={`view ${chosen}`} aria-label={titles[chosen]} tabIndex={0}>
          <Content />
        </section>
      </main>
      {fixed.includes('predict') && (
        <section class="side right" aria-label="Predict">
          <PredictPanel />
        </section>
      )}
      <Tour />
      <Transport />
      <Announcer />
    </div>
  );
}

function Tabs({ tabs, chosen }: { readonly tabs: readonly View[]; readonly chosen: View }) {
  return (
    <nav class="tabs" aria-label="Views">
      {tabs.map((name) => {
        const { icon: Icon } = about[name];
        return (
          <button
            type="button"
            key={name}
            aria-current={name === chosen ? 'page' : undefined}
            onClick={() => {
              view.value = name;
            }}
          >
            <Icon size={18} aria-hidden="true" />
            <span>{titles[name]}</span>
          </button>
        );
      })}
    </nav>
  );
}

const themes = {
  auto: { icon: Monitor, next: 'light' },
  light: { icon: Sun, next: 'dark' },
  dark: { icon: Moon, next: 'auto' },
} as const;

function Header() {
  const { icon: Icon, next } = themes[theme.value];
  const data = set.value?.info.name ?? 'loading images';
  return (
    <header class="head">
      <h1>
        <img src="./icon.svg" alt="" width="24" height="24" /> Couture <span>Studio</span>
      </h1>
      <p class="now">
        {data}
        {run.value !== undefined && <> · {run.value.name}</>}
      </p>
      {!hidden.value.has('tour') && (
        <button type="button" onClick={() => goTo(0)}>
          <Compass size={18} aria-hidden="true" /> Tour
        </button>
      )}
      <button
        type="button"
        class="icon"
        aria-label={`Colors: ${theme.value}. Change to ${next}.`}
        onClick={() => {
          theme.value = next;
        }}
      >
        <Icon size={18} aria-hidden="true" />
      </button>
    </header>
  );
}
