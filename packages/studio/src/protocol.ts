/**
 * What the page and its worker say to each other. One table of requests gives both sides their types: what is asked,
 * and what is answered. Events come without being asked for.
 */

import type { DatasetInfo } from 'couture/data';
import type { Evaluation, Saliency } from 'couture/inspect';
import type { RunGlance } from 'couture/runs';
import type { EpochMetrics, RunConfig } from 'couture/train';
import type { JobEvent, SeeRequests } from './protocol-see.ts';
import type { StudyRequests } from './protocol-studies.ts';

export type SplitName = 'train' | 'test';

/** The data set at hand. */
export interface SetSummary {
  readonly info: DatasetInfo;
  /** Images of each class, by split. */
  readonly counts: Readonly<Record<SplitName, readonly number[]>>;
  /** Whether all images are there; before that, a sample of them can be looked at. */
  readonly complete: boolean;
  /** Whether they are there after a reload: imported images may have had no room in the browser. */
  readonly kept: boolean;
  /** Notices of an import, a sentence each. */
  readonly notes: readonly string[];
}

/** Some images of a split: all, or those of one class. */
export interface Choice {
  readonly split: SplitName;
  readonly label: number | null;
}

/** One image of the data set. */
export interface SetImage {
  readonly split: SplitName;
  /** Its place in the file of its split. */
  readonly index: number;
  readonly label: number;
  /** Bytes: height, width, channel. */
  readonly pixels: Uint8Array;
}

/** The picture that is to be predicted. */
export type Picture =
  | { readonly kind: 'image'; readonly split: SplitName; readonly index: number }
  | { readonly kind: 'drawing'; readonly data: ImageData }
  | { readonly kind: 'file'; readonly file: Blob }
  /** What a network of the same kind saw of a picture: it is not prepared again. */
  | { readonly kind: 'seen'; readonly pixels: Uint8Array };

/** The model that predicts: the shipped one, the one in training, or a run by its name. */
export type ModelChoice =
  | { readonly kind: 'shipped' }
  | { readonly kind: 'live' }
  | { readonly kind: 'run'; readonly name: string };

/** What a model says of a picture, and what it was given. */
export interface Answer {
  readonly model: string;
  readonly classNames: readonly string[];
  readonly probabilities: readonly number[];
  /** The image as the network sees it. */
  readonly pixels: Uint8Array;
  readonly shape: DatasetInfo['shape'];
  /** The label of an image of the data set. */
  readonly truth?: number | undefined;
  /** What was done to the picture, a phrase each; empty for an image of the data set. */
  readonly steps: readonly string[];
  /** How unlike the training images it is; unlike above the limit. Undefined where the model has no description of them. */
  readonly unlike?:
    | { readonly score: number; readonly limit: number; readonly falseAlarms: number }
    | undefined;
  readonly milliseconds: number;
}

/** What a finished run came to. */
export interface RunResult {
  readonly testAccuracy: number;
  readonly bestEpoch: number;
  readonly weightsSha256: string;
  readonly seconds: number;
}

/** How a run ended. */
export interface RunEnd {
  readonly name: string;
  /** Undefined where it was paused: it can be resumed. */
  readonly result?: RunResult | undefined;
  /** The command that trains the same weights; undefined where flags cannot express it. */
  readonly command?: string | undefined;
}

/** A model on the test images. */
export interface Judged {
  readonly model: string;
  readonly evaluation: Evaluation;
}

/** The pixels that a prediction depends on. */
export interface Explained {
  readonly model: string;
  readonly saliency: Saliency;
  readonly classNames: readonly string[];
  readonly shape: DatasetInfo['shape'];
}

/** Small images on one bitmap, row by row. */
export interface Tiles {
  readonly bitmap: ImageBitmap;
  readonly columns: number;
  /** Place in its split, and label, of each. */
  readonly images: readonly { readonly index: number; readonly label: number }[];
}

/** First-layer weights of units, as images on one bitmap. */
export interface Weights {
  readonly bitmap: ImageBitmap;
  readonly columns: number;
  readonly units: number;
  readonly side: { readonly width: number; readonly height: number };
}

/** A run as the list shows it. */
export interface StoredRun extends RunGlance {
  /** In this browser, or in the folder of the machine that serves the page. */
  readonly where: 'browser' | 'folder';
  /** When it was deleted, in ISO 8601; it can be brought back. */
  readonly removed?: string | undefined;
}

/** Every run. */
export interface RunList {
  readonly runs: readonly StoredRun[];
  readonly removed: readonly StoredRun[];
  /** Whether the host of the page serves run folders. */
  readonly served: boolean;
}

/** One run with its curves. */
export interface RunDetails {
  readonly name: string;
  readonly history: readonly EpochMetrics[];
  readonly config: RunConfig;
  /** Undefined where it is not finished. */
  readonly result?: RunResult | undefined;
  readonly seconds: number;
  /** The version of Couture that it was begun with. */
  readonly couture: string;
  readonly command?: string | undefined;
}

/** Imported images that are kept in this browser. */
export interface KeptSet {
  readonly digest: string;
  readonly name: string;
  readonly images: number;
  readonly bytes: number;
}

/** The storage of this page, in bytes. */
export interface Room {
  readonly usage: number;
  /** Undefined where the browser does not say. */
  readonly quota: number | undefined;
  /** Whether the browser keeps it until the person deletes it. */
  readonly persisted: boolean;
}

/** Every request: what is asked, and what is answered. */
export interface Requests extends SeeRequests, StudyRequests {
  /** Loads Fashion-MNIST from beside the page. Answers with the set at hand, which may be a later one by then. */
  open: { ask: { readonly address: string }; answer: SetSummary };
  /** Reads files that a person chose. */
  import: { ask: { readonly files: readonly File[] }; answer: SetSummary };
  count: { ask: { readonly choice: Choice }; answer: number };
  tiles: {
    ask: { readonly choice: Choice; readonly from: number; readonly count: number; readonly columns: number };
    answer: Tiles;
  };
  image: { ask: { readonly choice: Choice; readonly place: number }; answer: SetImage };
  train: { ask: { readonly config: RunConfig }; answer: RunEnd };
  /** Continues a run, to more epochs where they are given. */
  resume: { ask: { readonly name: string; readonly epochs?: number | undefined }; answer: RunEnd };
  pause: { ask: object; answer: null };
  /** Changes the learning rate of the run in progress, from the next epoch on; answers with the changed config. */
  rate: { ask: { readonly learningRate: number }; answer: RunConfig };
  predict: { ask: { readonly model: ModelChoice; readonly picture: Picture }; answer: Answer };
  explain: { ask: { readonly model: ModelChoice; readonly picture: Picture }; answer: Explained };
  evaluate: { ask: { readonly model: ModelChoice }; answer: Judged };
  /** The images of one cell of the last evaluation's matrix. */
  cell: {
    ask: {
      readonly actual: number;
      readonly predicted: number;
      readonly columns: number;
      readonly most: number;
    };
    answer: Tiles & { readonly total: number };
  };
  /** Every run; null where `ifChanged` is asked and nothing has changed since the last answer. */
  runs: { ask: { readonly ifChanged: boolean }; answer: RunList | null };
  details: { ask: { readonly name: string }; answer: RunDetails };
  /** Tells the first layers after the epochs of a run, as the events of its training did, where they are kept. */
  'first-layers': { ask: { readonly name: string; readonly epochs: number }; answer: null };
  /** Deletes a run, which can be brought back for 30 days. */
  remove: { ask: { readonly name: string }; answer: null };
  restore: { ask: { readonly name: string }; answer: null };
  'remove-for-good': { ask: { readonly name: string }; answer: null };
  /** Copies a run of the machine's folder into this browser; answers with the name of the copy. */
  copy: { ask: { readonly name: string }; answer: string };
  sets: { ask: object; answer: readonly KeptSet[] };
  /** Takes a kept set, or Fashion-MNIST for null. */
  'use-set': { ask: { readonly kept: Pick<KeptSet, 'digest' | 'name'> | null }; answer: SetSummary };
  'remove-set': { ask: { readonly digest: string }; answer: null };
  /** Seconds of an epoch on this device; null where it could not be measured now. */
  speed: { ask: { readonly config: RunConfig }; answer: number | null };
  room: { ask: object; answer: Room };
  /** Stops a run whose files have no room, at its last checkpoint. */
  'stop-without-room': { ask: object; answer: null };
  /** A file for the person: the model, the config, or the whole run as a ZIP. */
  export: {
    ask: { readonly name: string; readonly what: 'model' | 'config' | 'run' };
    answer: { readonly file: Blob; readonly name: string };
  };
}

export type RequestName = keyof Requests;

/** A message to the worker. */
export type ToWorker = {
  [Name in RequestName]: { readonly type: Name; readonly id: number; readonly ask: Requests[Name]['ask'] };
}[RequestName];

/** A failure in words. */
export interface Failure {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly interrupted: boolean;
}

/** What the worker reports by itself. */
export type StudioEvent =
  | { readonly type: 'set'; readonly set: SetSummary }
  | { readonly type: 'importing'; readonly stage: string; readonly done: number; readonly total: number }
  | {
      readonly type: 'begun';
      readonly name: string;
      readonly config: RunConfig;
      readonly history: readonly EpochMetrics[];
    }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly imagesPerSecond: number;
    }
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics }
  /** The last epoch is trained. The test images are next, and the description of the training images. */
  | { readonly type: 'trained' }
  | { readonly type: 'weights'; readonly epoch: number; readonly weights: Weights }
  /** How many runs have been read, where there are many. */
  | { readonly type: 'listing'; readonly done: number; readonly total: number }
  /** Another tab has changed the runs. */
  | { readonly type: 'runs' }
  /** Whether files of the run in progress wait for room in the browser. */
  | { readonly type: 'room'; readonly waiting: boolean }
  | { readonly type: 'notice'; readonly text: string }
  | JobEvent;

/** A message from the worker. */
export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'event'; readonly event: StudioEvent };
