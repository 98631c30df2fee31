/** Tells the page of a run in order: its earlier epochs first, then whatever has happened since it began. */

import type { RunConfig } from '@couture/core';
import type { EpochMetrics } from 'couture/train';
import type { StudioEvent } from '../protocol.ts';

/** The run that is told of. */
interface Told {
  readonly name: string;
  readonly config: RunConfig;
  history(): Promise<readonly EpochMetrics[]>;
}

/** Tells the first layers that are kept of epochs up to one. */
export type TellKept = (run: string, upTo: number) => Promise<readonly StudioEvent[]>;

/** Says that a run has begun, as soon as its earlier epochs are read. Other events wait for that. */
export class Telling {
  /** When the page knows that the run has begun. */
  readonly begun: Promise<void>;
  readonly #say: (event: StudioEvent) => void;
  readonly #waiting: StudioEvent[] = [];
  #hasBegun = false;

  constructor(run: Told, say: (event: StudioEvent) => void, kept: TellKept) {
    this.#say = say;
    this.begun = this.#begin(run, kept);
  }

  /** Tells an event in its turn. */
  tell(event: StudioEvent): void {
    if (this.#hasBegun) this.#say(event);
    // The next step says the same.
    else if (event.type !== 'step') this.#waiting.push(event);
  }

  async #begin(run: Told, kept: TellKept): Promise<void> {
    const history = await run.history().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.tell({ type: 'notice', text: `The earlier epochs of this run cannot be shown. ${reason}` });
      return [];
    });
    const { name, config } = run;
    // Epochs that ended meanwhile may be in the file already; they are told by themselves.
    const first = this.#waiting.find((event) => event.type === 'epoch')?.metrics.epoch;
    const earlier = history.filter(({ epoch }) => first === undefined || epoch < first);
    const layers = earlier.length === 0 ? [] : await kept(name, earlier.length).catch(() => []);
    this.#say({ type: 'begun', name, config, history: earlier });
    for (const event of layers) this.#say(event);
    this.#hasBegun = true;
    for (const event of this.#waiting.splice(0)) this.#say(event);
  }
}
