/** The metrics of the service, for Prometheus. Labels have few values: routes, names of models, statuses, codes of errors. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Models, Reload } from './models/models.ts';
import type { RefusalCode } from './refusals.ts';

/** Facts that are read when metrics are collected. */
export interface Gauged {
  readonly models: () => Models | undefined;
  readonly requests: () => number;
  readonly connections: () => number;
  readonly pictures: () => number;
  readonly isReady: () => boolean;
}

/** Upper bounds in seconds: from a raw image to a large photograph. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const IMAGES = [1, 2, 4, 8, 16, 32, 64];

export class ServeMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'route' | 'status'>;
  readonly #refused: Counter<'code'>;
  readonly #seconds: Histogram<'route'>;
  readonly #images: Counter<'model'>;
  readonly #batches: Histogram<'model'>;
  readonly #dropped: Counter;
  readonly #reloads: Counter<'model' | 'result'>;

  constructor(gauged: Gauged) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `couture_${name}`, help, labelNames, registers });
    this.#requests = counter('requests_total', 'Requests that ended', ['route', 'status']);
    this.#refused = counter('refused_total', 'Requests that ended with an error, by its code', ['code']);
    this.#dropped = counter(
      'connections_dropped_total',
      'Connections without a request that gave way to new ones',
      [],
    );
    this.#images = counter('images_total', 'Images that were classified', ['model']);
    this.#reloads = counter('reloads_total', 'Reloads of models', ['model', 'result']);
    this.#seconds = new Histogram({
      name: 'couture_request_seconds',
      help: 'Time from the headers of a request to the end of its answer',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.#batches = new Histogram({
      name: 'couture_batch_images',
      help: 'Images of a batch',
      labelNames: ['model'],
      buckets: IMAGES,
      registers,
    });
    this.#gauge('ready', 'Whether the service accepts requests: 1 or 0', () => Number(gauged.isReady()));
    this.#gauge('requests_in_progress', 'Requests in progress', gauged.requests);
    this.#gauge('connections', 'Open connections', gauged.connections);
    this.#gauge('pictures_in_progress', 'Pictures that wait or are being prepared', gauged.pictures);
    this.#gaugeOfModels(gauged);
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `couture_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #gaugeOfModels({ models }: Gauged): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'couture_waiting_images',
      help: 'Images that wait for a batch',
      labelNames: ['model'],
      registers,
      collect() {
        for (const { address, model } of models()?.slots ?? [])
          this.set({ model: address }, model.batching.waiting);
      },
    });
    new Gauge({
      name: 'couture_model_info',
      help: 'The revision of each model in use',
      labelNames: ['model', 'revision'],
      registers,
      collect() {
        this.reset();
        for (const { address, model } of models()?.slots ?? [])
          this.set({ model: address, revision: model.revision }, 1);
      },
    });
    new Gauge({
      name: 'couture_model_stale',
      help: 'Whether the newest files of a model could not be loaded: 1 or 0',
      labelNames: ['model'],
      registers,
      collect() {
        for (const { address, problem } of models()?.slots ?? [])
          this.set({ model: address }, Number(problem !== undefined));
      },
    });
  }

  /** A request ended. */
  ended(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#seconds.observe({ route }, seconds);
  }

  /** A request was refused. */
  refused(code: RefusalCode): void {
    this.#refused.inc({ code });
  }

  /** A connection gave way to another one. */
  dropped(): void {
    this.#dropped.inc();
  }

  /** A batch of a model was classified. */
  batch(model: string, images: number): void {
    this.#images.inc({ model }, images);
    this.#batches.observe({ model }, images);
  }

  /** A model was reloaded. */
  reloaded({ address, result }: Reload): void {
    this.#reloads.inc({ model: address, result });
  }

  /** The text that Prometheus reads, and its media type. */
  async text(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
