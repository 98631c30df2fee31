/** The state of the page, in one place: views read these signals, and only the functions of actions/ write them. */

import { computed, signal } from '@preact/signals';
import { defaultDataset } from 'couture/data';
import type { EpochMetrics, RunConfig } from 'couture/train';
import type {
  Answer,
  Judged,
  KeptSet,
  ModelChoice,
  Picture,
  Room,
  RunDetails,
  RunResult,
  SetImage,
  SetSummary,
  StoredRun,
  Weights,
} from './protocol.ts';
import type { StoredStudy, StudyDetails } from './protocol-studies.ts';
import { resolve, type Setup } from './setup.ts';

/** The views of the page; on a phone each has a tab, on a wide screen `model` and `predict` are always there. */
export const views = ['data', 'model', 'train', 'understand', 'predict', 'runs'] as const;
export type View = (typeof views)[number];

/** What an address may hide besides settings: every view, the tour, and parts of the setup. */
export const hideable: readonly string[] = [...views, 'tour', 'recipes', 'layers', 'settings'];

/** A problem beside the place that it is about. */
export interface Problem {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The run in progress, or the last one. */
export interface LiveRun {
  readonly name: string;
  readonly config: RunConfig;
  readonly state: 'training' | 'paused' | 'finished' | 'failed';
  readonly history: readonly EpochMetrics[];
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number | undefined;
  readonly imagesPerSecond: number | undefined;
  /** Whether all epochs are trained; the run ends a few seconds later. */
  readonly trained: boolean;
  readonly notices: readonly string[];
  readonly result: RunResult | undefined;
  /** The command that trains the same weights, once the run has ended. */
  readonly command: string | undefined;
}

export const view = signal<View>('train');
/** The parts of the view Data. */
export const dataParts = ['images', 'balance', 'audit'] as const;
export type DataPart = (typeof dataParts)[number];
export const dataPart = signal<DataPart>('images');
/** Parts of the page that a teacher's address hides: views, `tour`, and parts and settings of the model. */
export const hidden = signal<ReadonlySet<string>>(new Set());
export const setup = signal<Setup>({ recipe: 'baseline', settings: {} });
/** Setups before and after the one at hand, for undo and redo; the nearest one is last. */
export const undone = signal<{ readonly past: readonly Setup[]; readonly future: readonly Setup[] }>({
  past: [],
  future: [],
});
/** How long an epoch of the setup takes on this device; undefined before it was measured. */
export const speed = signal<{ readonly epochSeconds: number } | undefined>(undefined);
export const theme = signal<'auto' | 'light' | 'dark'>('auto');

export const set = signal<SetSummary | undefined>(undefined);
export const importing = signal<
  { readonly stage: string; readonly done: number; readonly total: number } | undefined
>(undefined);
export const run = signal<LiveRun | undefined>(undefined);
/** Between Start and the first event of the run. */
export const starting = signal(false);
export const weights = signal<Weights | undefined>(undefined);
/** The first layer after earlier epochs of the run, in their order. */
export const snapshots = signal<readonly { readonly epoch: number; readonly weights: Weights }[]>([]);
/** The epoch whose first layer is shown; undefined for the newest. */
export const shownEpoch = signal<number | undefined>(undefined);

export const model = signal<ModelChoice>({ kind: 'shipped' });
export const picture = signal<Picture | undefined>(undefined);
/** An answer, and what it answers. */
export interface Answered extends Answer {
  readonly to: { readonly model: ModelChoice; readonly picture: Picture };
  /** The picture as the network saw it. */
  readonly seen: Picture;
}

export const answer = signal<Answered | undefined>(undefined);
/**
 * The picture for whatever is asked beside the answer: as it was seen for the answer that is shown, so that a frame of the
 * camera is prepared once, and all that is shown belongs to the same frame.
 */
export const seenPicture = computed<Picture | undefined>(() => {
  const { value: asked } = picture;
  const { value: shown } = answer;
  if (asked === undefined || asked.kind === 'image' || shown === undefined) return asked;
  return shown.to.model === model.value && shown.to.picture.kind === asked.kind ? shown.seen : asked;
});
/** The enlarged image of the data view. */
export const opened = signal<SetImage | undefined>(undefined);

export const judged = signal<Judged | undefined>(undefined);
export const judging = signal(false);

export const runs = signal<readonly StoredRun[] | undefined>(undefined);
/** How many runs have been read, where there are many. */
export const listing = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);
/** Deleted runs that can be brought back. */
export const removed = signal<readonly StoredRun[]>([]);
/** Whether the host of the page serves run folders. */
export const served = signal(false);
/** Runs in detail, by name: those that were opened or are compared. */
export const details = signal<ReadonlyMap<string, RunDetails>>(new Map());
/** The run that is open in the list. */
export const openedRun = signal<string | undefined>(undefined);
/** The studies of the machine that serves the page; undefined where it serves none. */
export const studies = signal<readonly StoredStudy[] | undefined>(undefined);
/** The study that is open. */
export const openedStudy = signal<string | undefined>(undefined);
export const studyDetails = signal<StudyDetails | undefined>(undefined);
/** The trial whose settings are the setup, and that setup: any other setup is not the trial's. */
export const taken = signal<
  { readonly study: string; readonly trial: number; readonly setup: Setup } | undefined
>(undefined);
/** Imported images that are kept in this browser. */
export const keptSets = signal<readonly KeptSet[]>([]);
export const room = signal<Room | undefined>(undefined);
/** Whether the run in progress waits for room in the browser. */
export const waitsForRoom = signal(false);
/** Runs whose curves are drawn together, by name. */
export const compared = signal<ReadonlySet<string>>(new Set());

export const problems = signal<
  Readonly<
    Partial<
      Record<
        'data' | 'train' | 'rate' | 'kept' | 'predict' | 'understand' | 'runs' | 'studies' | 'address',
        Problem
      >
    >
  >
>({});

/** What the setup comes to, checked as the command line checks it. */
export const resolved = computed(() => resolve(setup.value, set.value?.info ?? defaultDataset));
