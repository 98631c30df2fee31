/**
 * The models of a service by name and version. A reload loads the new files beside the model in use, and exchanges them when
 * they are ready: requests in progress keep the old one. If the new files cannot be loaded, the old model stays.
 */

import { Queue } from '../../core/queue.ts';
import { addressOf, type ModelRequest } from './requests.ts';
import { type LoadContext, pathOf, ServedModel } from './served-model.ts';
import { stampOf } from './stamp.ts';

/** How often the files are looked at. */
const WATCH_MS = 1000;

/** A model that is served, with its latest version. */
export interface Slot extends ModelRequest {
  /** `NAME` or `NAME@VERSION`. */
  readonly address: string;
  readonly model: ServedModel;
  /** Why the newest files are not in use; undefined if they are. */
  readonly problem: string | undefined;
}

/** The result of a reload of one model. */
export interface Reload {
  readonly address: string;
  readonly result: 'loaded' | 'unchanged' | 'failed';
  readonly revision: string;
  /** Why it failed. */
  readonly problem?: string;
}

interface OwnSlot extends Slot {
  model: ServedModel;
  problem: string | undefined;
  /** The stamp of the files that were loaded, or tried last. */
  stamp: string | undefined;
  /** The stamp at the last look, if it differed. */
  seen: string | undefined;
}

/** Options of the models. */
export interface ModelsOptions {
  readonly context: (address: string) => LoadContext;
  readonly onReload: (reload: Reload) => void;
}

export class Models {
  readonly #slots: readonly OwnSlot[];
  readonly #options: ModelsOptions;
  readonly #reloads = new Queue();
  #timer: NodeJS.Timeout | undefined;

  private constructor(slots: readonly OwnSlot[], options: ModelsOptions) {
    this.#slots = slots;
    this.#options = options;
  }

  /**
   * Loads all models.
   * @throws CoutureError as `ServedModel.load`
   */
  static async open(requests: readonly ModelRequest[], options: ModelsOptions): Promise<Models> {
    const slots: OwnSlot[] = [];
    try {
      for (const request of requests) {
        const address = addressOf(request);
        const context = options.context(address);
        // Before the files are read: a change during the reading is then seen as one.
        const stamp = await stampOf(await pathOf(request.source, context));
        const model = await ServedModel.load(request.source, context);
        slots.push({ ...request, address, model, problem: undefined, stamp, seen: undefined });
      }
    } catch (error) {
      for (const { model } of slots) await model.release();
      throw error;
    }
    return new Models(slots, options);
  }

  /** All models, in the order of the command. */
  get slots(): readonly Slot[] {
    return this.#slots;
  }

  /** The model of an address. A name without a version means the last one of that name. */
  find(address: string): Slot | undefined {
    return (
      this.#slots.find((slot) => slot.address === address) ??
      this.#slots.findLast(({ name }) => name === address)
    );
  }

  /** Loads the files of all models again, one model after another. */
  async reload(): Promise<Reload[]> {
    const reloads: Reload[] = [];
    for (const slot of this.#slots) reloads.push(await this.#reloads.run(() => this.#reloadNow(slot)));
    return reloads;
  }

  /** Reloads models whose files have changed, from now on. */
  watch(every = WATCH_MS): void {
    const look = async (): Promise<void> => {
      await this.#reloads.run(async () => {
        for (const slot of this.#slots) await this.#look(slot);
      });
      if (this.#timer !== undefined) this.#timer = setTimeout(look, every).unref();
    };
    this.#timer = setTimeout(look, every).unref();
  }

  /** A change counts when two looks in a row find the same files: a file that is being written is left alone. */
  async #look(slot: OwnSlot): Promise<void> {
    const stamp = await stampOf(slot.model.path);
    const settled = stamp !== undefined && stamp !== slot.stamp && stamp === slot.seen;
    slot.seen = stamp;
    if (settled) await this.#reloadNow(slot);
  }

  async #reloadNow(slot: OwnSlot): Promise<Reload> {
    const { address, source } = slot;
    slot.stamp = await stampOf(slot.model.path);
    let reload: Reload;
    try {
      const fresh = await ServedModel.load(source, this.#options.context(address));
      const old = slot.model;
      const same = fresh.revision === old.revision;
      slot.problem = undefined;
      if (!same) slot.model = fresh;
      // Not awaited: requests in progress may hold it for seconds.
      void (same ? fresh : old).release();
      reload = { address, result: same ? 'unchanged' : 'loaded', revision: fresh.revision };
    } catch (error) {
      // Whatever it is, the old model still answers.
      const problem = error instanceof Error ? error.message : String(error);
      slot.problem = problem;
      reload = { address, result: 'failed', revision: slot.model.revision, problem };
    }
    this.#options.onReload(reload);
    return reload;
  }

  /** Stops watching and frees all models after the requests that use them. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#reloads.idle();
    await Promise.all(this.#slots.map(({ model }) => model.release()));
  }
}
