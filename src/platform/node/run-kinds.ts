/** Argument checks for runs and models. */

import {
  aFunction,
  anObject,
  anything,
  aString,
  either,
  exactly,
  type FieldsOf,
  kind,
  listOf,
  oneOf,
  optional,
  optionsOf,
  record,
} from '../../core/arguments.ts';
import type { AuditOptions } from '../../runs/audit.ts';
import type { CompareOptions } from '../../runs/compare.ts';
import type { EvaluateOptions } from '../../runs/evaluate.ts';
import type { TrainRunOptions } from '../../runs/experiment.ts';
import type { ExportRequest } from '../../runs/export.ts';
import type { FindModelOptions } from '../../runs/find-model.ts';
import type { FindRunOptions } from '../../runs/find-run.ts';
import type { ImportOptions } from '../../runs/import-model.ts';
import type { InspectRunOptions } from '../../runs/inspect.ts';
import type { LoadModelOptions } from '../../runs/load.ts';
import type { PackOptions } from '../../runs/pack.ts';
import type { EngineOptions, RunDataOptions } from '../../runs/platform.ts';
import type { FindRunRateOptions } from '../../runs/rates.ts';
import { Run } from '../../runs/run.ts';
import type { CreateRunOptions, RootOptions } from '../../runs/run-folder.ts';
import { aConfig } from '../../train/argument-kinds.ts';

const isRun = (value: unknown): boolean => value instanceof Run;
export const anOpenRun = kind('a run, as returned by openRun', isRun);
export const aRun = kind(
  'a run, or the path or name of one',
  (value) => typeof value === 'string' || isRun(value),
);
export const someRuns = listOf(aRun, 'an array of runs');
export const aModel = either(
  aString,
  record({ kind: aString, path: aString, data: anObject }, 'a model, as returned by findModel'),
);
export const aSplit = oneOf(['val', 'test']);

const call = optional(aFunction);
const text = optional(aString);
// Values that the functions check themselves, with sentences of their own.
const engine: FieldsOf<EngineOptions> = { backend: anything, threads: anything };
const runData: FieldsOf<RunDataOptions> = { signal: anything, onData: call, env: optional(anObject) };
const root: FieldsOf<RootOptions> = { root: text };
const training: FieldsOf<TrainRunOptions> = {
  ...{ ...engine, ...runData, ...root, config: optional(aConfig), resume: optional(aRun), name: anything },
  ...{ epochs: anything, overwrite: anything, teacherSha256: text },
  ...{ onRun: call, onEvent: call, onNotice: call },
};
const evaluation: FieldsOf<EvaluateOptions> = {
  ...{ ...engine, ...runData, weights: anything, other: optional(anObject), onProgress: call },
};

/** The options of each function, by its name. */
export const runOptions = {
  roots: optionsOf<RootOptions>(root),
  createRun: exactly({
    ...{ ...root, config: aConfig, env: anObject, name: anything, overwrite: anything },
  } satisfies FieldsOf<CreateRunOptions>),
  trainRun: exactly(training),
  trainOnce: exactly({ ...training, config: aConfig }),
  reproduceRun: optionsOf<Omit<TrainRunOptions, 'config' | 'resume' | 'root' | 'name' | 'teacherSha256'>>({
    ...{ ...engine, ...runData, epochs: anything, overwrite: anything },
    ...{ onRun: call, onEvent: call, onNotice: call },
  }),
  findRun: optionsOf<FindRunOptions>({ ...root, backend: anything }),
  findRunRate: optionsOf<FindRunRateOptions>({
    ...{ ...engine, ...runData, ...root, name: anything, onStep: call },
    ...{ startRate: anything, endRate: anything, steps: anything },
  }),
  findModel: optionsOf<FindModelOptions>({ ...root, models: anything }),
  loadNetwork: optionsOf<LoadModelOptions>({ ...engine, weights: anything }),
  evaluate: optionsOf<EvaluateOptions>(evaluation),
  findRejection: optionsOf<RunDataOptions & Pick<EvaluateOptions, 'onProgress'>>({
    ...{ ...runData, onProgress: call },
  }),
  compareRuns: optionsOf<CompareOptions>({ ...engine, ...runData, onRun: call }),
  inspectRun: optionsOf<InspectRunOptions>({
    ...{ ...engine, ...runData, show: optional(anObject), onInspect: call },
  }),
  packRuns: optionsOf<PackOptions>({
    ...{ ...engine, ...runData, precision: anything, views: anything, calibrate: anything, fold: anything },
    ...{ title: text, onProgress: call },
  }),
  exportModel: exactly({
    ...{ to: aString, out: aString, overwrite: anything, signal: anything, env: optional(anObject) },
    onProgress: call,
  } satisfies FieldsOf<ExportRequest>),
  importModel: optionsOf<ImportOptions>({
    ...{ ...engine, ...runData, key: text, title: text, command: text, onProgress: call },
    ...{ layers: anything, activation: anything, dropout: anything, norm: anything },
    ...{ data: anything, shape: anything, classNames: anything, pixels: anything },
  }),
  readAudit: optionsOf<Pick<AuditOptions, 'root'>>(root),
  auditDataset: optionsOf<AuditOptions>({
    ...{ ...engine, ...runData, ...root, recipe: anything, epochs: anything, folds: anything },
    ...{ threshold: anything, seed: anything, onCompare: call, onFold: call },
  }),
} as const;
