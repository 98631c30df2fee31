/** Requests of the views that show and explain: layers, units, mistakes, the map, nearest images, audit and report. */

import type { Audit } from 'couture/audit';
import type { PredictedImage, ProjectedPoints } from 'couture/inspect';
import type { ModelChoice, Picture, SplitName, Tiles } from './protocol.ts';

/** How the values of a layer came about, in words, and the values for one picture. */
export interface WalkedLayer {
  /** fc1, fc2, … */
  readonly name: string;
  /** Its parts: `784 → 256, BatchNorm1d, ReLU`. */
  readonly words: string;
  /** Output of each unit. */
  readonly values: Float32Array;
  /** Units with the largest values, largest first. */
  readonly strongest: readonly number[];
}

/** One picture on its way through a network. */
export interface Walk {
  readonly model: string;
  readonly classNames: readonly string[];
  readonly shape: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
  readonly pixels: Uint8Array;
  /** From the first to the last; the last one gives the logits. */
  readonly layers: readonly WalkedLayer[];
  readonly probabilities: readonly number[];
  readonly truth?: number | undefined;
}

/** An input of a unit with a large effect on its value. */
export interface UnitInput {
  /** Place in the layer before. */
  readonly place: number;
  /** Weight times value. */
  readonly effect: number;
}

/** A unit: its weights, and the test images for which its output is largest. */
export interface Unit extends Tiles {
  readonly layer: number;
  readonly unit: number;
  readonly weights: Float32Array;
  /** Outputs for the images. */
  readonly values: readonly number[];
  /** Share of the test images for which the output is above 0. */
  readonly active: number;
  /** The class with the largest mean of outputs above 0, and its share of those means. */
  readonly favored?: { readonly label: number; readonly share: number } | undefined;
  /** Inputs with the largest effects for the picture; none where a norm is between the layer before and the weights. */
  readonly inputs: readonly UnitInput[];
}

/** Training images that are most like a picture. */
export interface Nearest extends Tiles {
  readonly by: 'pixels' | 'activations';
  /** Of that many training images. */
  readonly of: number;
  /** 1 for the same: cosine of activations, or 1 minus the relative distance of pixels. */
  readonly similarities: readonly number[];
}

/** Test images with the largest loss. */
export interface TopLosses extends Tiles {
  readonly losses: readonly PredictedImage[];
  readonly shape: Walk['shape'];
  readonly classNames: readonly string[];
}

/** A map of test images, with their pixels on one bitmap. */
export interface ImageMap extends Tiles {
  readonly model: string;
  readonly points: ProjectedPoints;
}

/** What an audit found, without the images. */
export interface Audited {
  readonly audit: Audit;
  /** How long it took; undefined for the audit of an earlier visit. */
  readonly seconds?: number | undefined;
}

/** An image of the data set. */
export interface Named {
  readonly split: SplitName;
  readonly index: number;
}

/** Work that takes long, can be stopped, and reports how far it is. */
export type JobName = 'audit' | 'map' | 'report';

/** The requests. */
export interface SeeRequests {
  walk: { ask: { readonly model: ModelChoice; readonly picture: Picture }; answer: Walk };
  /** First-layer weights of some units, as images. */
  filters: {
    ask: { readonly model: ModelChoice; readonly units: readonly number[] };
    answer: (Omit<Tiles, 'images'> & { readonly units: readonly number[] }) | null;
  };
  unit: {
    ask: {
      readonly model: ModelChoice;
      readonly picture: Picture;
      readonly layer: number;
      readonly unit: number;
      readonly images: number;
    };
    answer: Unit;
  };
  nearest: {
    ask: { readonly model: ModelChoice; readonly picture: Picture; readonly most: number };
    answer: Nearest;
  };
  losses: { ask: { readonly most: number }; answer: TopLosses };
  map: { ask: { readonly model: ModelChoice; readonly method: 'pca' | 'umap' }; answer: ImageMap };
  audit: { ask: object; answer: Audited };
  /** The audit of an earlier visit; null where there is none. */
  earlierAudit: { ask: object; answer: Audited | null };
  /** Images of the data set by split and place, in the order of the list. */
  images: { ask: { readonly images: readonly Named[]; readonly columns: number }; answer: Tiles };
  report: { ask: { readonly name: string }; answer: { readonly file: Blob; readonly name: string } };
  /** Stops a job; its request fails as interrupted. */
  stop: { ask: { readonly job: JobName }; answer: null };
}

/** How far a job is. */
export interface JobEvent {
  readonly type: 'job';
  readonly job: JobName;
  /** What it does now, as a phrase. */
  readonly stage: string;
  /** Share of the whole that is done, 0 to 1. */
  readonly done: number;
}
