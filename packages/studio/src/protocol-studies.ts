/** Requests about the studies of the machine that serves the page. */

import type { Figure, Theme } from 'couture/figures';
import type { StudyDescription, StudyGlance } from 'couture/study';

/** A study as the list shows it. */
export interface StoredStudy {
  readonly name: string;
  /** Which process works on it, as text; null for none. */
  readonly holder: string | null;
  /** When its state was written, in milliseconds since 1970. */
  readonly modified: number;
  /** Undefined where it could not be read. */
  readonly glance: StudyGlance | undefined;
  /** Why it could not be read. */
  readonly problem: { readonly message: string; readonly hint?: string | undefined } | undefined;
}

/** A figure that a study has. */
export interface StudyFigure {
  readonly name: string;
  /** How to read it. */
  readonly reading: string;
}

/** A study in detail. */
export interface StudyDetails extends Omit<StudyDescription, 'summary'> {
  readonly figures: readonly StudyFigure[];
  /** The number of all reports: the learning curves change with it. */
  readonly reports: number;
}

/** A drawn figure. */
export type DrawnFigure = Pick<Figure, 'name' | 'svg' | 'width' | 'height'>;

/** The requests. */
export interface StudyRequests {
  /** The studies, newest first, and those that cannot be read last; null where there are none to show, or `ifChanged` is asked and nothing has changed. */
  studies: { ask: { readonly ifChanged: boolean }; answer: readonly StoredStudy[] | null };
  study: { ask: { readonly name: string }; answer: StudyDetails };
  /** A figure of the study that was asked for last. */
  'study-figure': {
    ask: {
      readonly study: string;
      readonly figure: string;
      readonly width: number;
      readonly theme: Theme | undefined;
    };
    answer: DrawnFigure;
  };
  'study-report': { ask: { readonly name: string }; answer: { readonly file: Blob; readonly name: string } };
}
