/** A whole experiment: data, training into a run, final figures. */

import { CoutureError } from '../core/errors.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { describeSplits } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import { splitSourceOf } from '../data/split.ts';
import type { Backend } from '../engine/backend.ts';
import type { TensorMap } from '../model/network.ts';
import { networkSha256 } from '../ship/network.ts';
import { bestEpoch } from '../train/best.ts';
import { checkTrainable } from '../train/check-data.ts';
import { inputOf } from '../train/config.ts';
import { Divergence } from '../train/divergence.ts';
import { modelOf, type Stuck, type TrainEvent } from '../train/events.ts';
import { extendConfig } from '../train/extend.ts';
import type { RunConfig } from '../train/settings.ts';
import { train } from '../train/train.ts';
import { Classifier } from '../use/classifier.ts';
import { NetworkTeacher } from '../use/network-teacher.ts';
import { RememberingTeacher } from '../use/remembering-teacher.ts';
import { describeImages } from './describe-images.ts';
import { describeEnvironment, lastKind, machineNotice, movedEnvironment } from './environment.ts';
import { evaluateOn } from './evaluate-on.ts';
import { withSaved } from './failure.ts';
import { loadInitial } from './init-from.ts';
import type { RunMetrics } from './metrics.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import { checkReplacedRun } from './replaced-run.ts';
import type { Run } from './run.ts';
import { loadSplits } from './run-data.ts';
import { RunEngine } from './run-engine.ts';
import { createRun, openRun, type RootOptions, removeRun } from './run-folder.ts';
import {
  loadTeachers,
  openTeachers,
  requireSameTeacher,
  type TeacherNetworks,
  teacherNotices,
} from './teacher-models.ts';

/** A new run of `config`, or a run to resume. */
export interface TrainRunOptions extends EngineOptions, RunDataOptions, RootOptions {
  readonly config?: RunConfig | undefined;
  readonly resume?: Run | string | undefined;
  /** Extend the resumed run to that many epochs. */
  readonly epochs?: number | undefined;
  /** Replace the run of that name, if there is one. */
  readonly overwrite?: boolean | undefined;
  /** The run's name in the folder of runs. */
  readonly name?: string | undefined;
  /** Required SHA-256 of the teacher of a repeated run; that of env.json for a resumed run. */
  readonly teacherSha256?: string | undefined;
  /** Called once, before training: the run with its config. */
  readonly onRun?: ((run: Run) => void) | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Called with notices about the figures, a sentence each. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** A finished run. */
export interface TrainRunResult {
  readonly run: Run;
  readonly metrics: RunMetrics;
}

/**
 * Trains into a run folder, then evaluates the best weights on the test split, once.
 * @throws CoutureError of kind `interrupted` when `signal` aborted: a checkpoint is saved, the hint resumes
 * it; `data` when files of a resumed run are damaged or belong to another run, before any training
 */
export async function trainRun(platform: RunPlatform, options: TrainRunOptions): Promise<TrainRunResult> {
  const { resume } = options;
  const earlier = typeof resume === 'string' ? await openRun(platform, resume) : resume;
  if (earlier === undefined && options.config === undefined)
    throw new CoutureError('usage', 'Give a config or a run to resume.');
  // The same number of epochs as before: the command was repeated, for example after a kill.
  const goesFurther = options.epochs !== undefined && options.epochs !== earlier?.config.settings.epochs;
  const finished = goesFurther ? undefined : await earlier?.metrics();
  if (earlier !== undefined && finished !== undefined) return { run: earlier, metrics: finished };

  await earlier?.lock();
  try {
    await earlier?.checkSaved();
    if (earlier !== undefined && goesFurther && options.epochs !== undefined)
      await earlier.reconfigure(extendConfig(earlier.config, options.epochs, await earlier.history()));
    const config = earlier?.config ?? options.config;
    if (config === undefined) throw new CoutureError('usage', 'Give a config or a run to resume.');
    const teachers = await openTeachers(platform, config);
    await checkReplacedRun(platform, config, teachers, options);
    for (const notice of teacherNotices(teachers, config)) options.onNotice?.(notice);
    // Both splits before any work, so that no missing file costs a training. The test split is only read here.
    const splits = await loadSplits(platform, config, earlier?.path ?? 'this run', options);
    const { train: trainSet, test: testSet } = splits;
    checkTrainable(config, trainSet);
    const teacher = await loadTeachers(teachers, trainSet);
    // A checkpoint has all weights already.
    const hasState = earlier !== undefined && (await earlier.loadState()) !== undefined;
    const origin = hasState ? undefined : await loadInitial(platform, config, trainSet);
    if (origin?.notice !== undefined) options.onNotice?.(origin.notice);
    const begun = await earlier?.environment();
    if (begun !== undefined && begun.couture !== COUTURE_VERSION) {
      options.onNotice?.(
        `The run started with Couture ${begun.couture} and continues with ${COUTURE_VERSION}: it may end with other bits.`,
      );
    }
    const expected = begun ? begun.teacherSha256 : options.teacherSha256;
    if (teacher) requireSameTeacher(config, teacher, expected);
    const engine = await RunEngine.start(
      platform,
      config,
      trainSet,
      options,
      earlier && begun && { path: earlier.path, environment: begun },
    );
    try {
      const { cpu } = platform.describeMachine();
      const data: ExperimentData = { trainSet, testSet, teacher, initial: origin?.weights, cpu };
      if (earlier !== undefined)
        return { run: earlier, metrics: await carryOut(earlier, engine, data, options) };
      const run = await startRun(platform, options, config, engine, data);
      try {
        return { run, metrics: await carryOut(run, engine, data, options) };
      } catch (error) {
        await discardIfEmpty(platform, run);
        throw error;
      }
    } finally {
      await engine.dispose();
    }
  } finally {
    // Of a run that was trained, this was told already.
    await earlier?.close().catch(() => {});
  }
}

/** What a run trains on and is judged by. */
interface ExperimentData {
  readonly trainSet: Dataset;
  readonly testSet: Dataset;
  readonly teacher: TeacherNetworks | undefined;
  /** First weights from another model. */
  readonly initial: TensorMap | undefined;
  /** Of this machine. */
  readonly cpu: string;
}

/** Removes a new run that failed before its first checkpoint: there is nothing to go on with, and its name is free again. */
async function discardIfEmpty(platform: RunPlatform, run: Run): Promise<void> {
  const state = await run.loadState().catch(() => null);
  // The failure that led here is the one to tell.
  if (state === undefined) await removeRun(platform, run.path).catch(() => {});
}

/** Trains and evaluates in a locked run, and gives the lock back. */
async function carryOut(
  run: Run,
  engine: RunEngine,
  data: ExperimentData,
  options: TrainRunOptions,
): Promise<RunMetrics> {
  try {
    options.onRun?.(run);
    await recordMove(run, engine, data, options);
    const stuck = await trainOn(run, engine, data, options);
    const figures = await finalMetrics(run, await engine.judge(), data.testSet, options.signal);
    const metrics: RunMetrics = stuck === undefined ? figures : { ...figures, stuck };
    const looks = describeImages(data.trainSet, splitSourceOf(run.config.settings));
    if (looks !== undefined) await run.describeImages(looks);
    await run.finish(metrics);
    await run.close();
    return metrics;
  } catch (error) {
    const failure = await withSaved(run, error, options.signal);
    // What went wrong first is what is told.
    await run.close().catch(() => {});
    throw failure;
  }
}

async function startRun(
  platform: RunPlatform,
  { root, name, overwrite }: TrainRunOptions,
  config: RunConfig,
  { backend, kind }: RunEngine,
  { trainSet, testSet, teacher }: ExperimentData,
): Promise<Run> {
  const env = describeEnvironment(platform.describeMachine(), backend.info, teacher?.sha256);
  const { splits } = await describeSplits(trainSet, testSet);
  // The config says how this run scales pixels, which may be another way than that of the set.
  const begun = { ...config, data: { ...config.data, splits }, backend: kind };
  return await createRun(platform, { config: begun, env, root, name, overwrite });
}

/** Trains to the end: where `auto` took a GPU that fails, on the CPU from the last checkpoint on. */
async function trainOn(
  run: Run,
  engine: RunEngine,
  data: ExperimentData,
  options: TrainRunOptions,
): Promise<Stuck | undefined> {
  try {
    return await trainInto(run, engine.backend, data, options);
  } catch (error) {
    if (options.signal?.aborted || !engine.canMoveAfter(error)) throw error;
    const { message } = error as CoutureError;
    options.onNotice?.(`${message} Training continues on the CPU from the last checkpoint.`);
    await engine.moveToCpu();
    await recordMove(run, engine, data, options);
    return await trainInto(run, engine.backend, data, options);
  }
}

/** Says in env.json, and to whoever trains, where a run goes on with other bits than it was begun with. */
async function recordMove(
  run: Run,
  { kind, backend }: RunEngine,
  { cpu }: ExperimentData,
  { onNotice }: TrainRunOptions,
): Promise<void> {
  const environment = await run.environment();
  const here = { cpu, backend: backend.info };
  const notice = machineNotice(environment, here, run.config.settings.fast);
  if (notice !== undefined) onNotice?.(notice);
  if (notice === undefined && lastKind(environment) === kind) return;
  const state = await run.loadState();
  await run.changeEnvironment(movedEnvironment(environment, state?.epoch ?? 0, here));
}

/** Trains, and says whether that came to nothing. */
async function trainInto(
  run: Run,
  backend: Backend,
  { trainSet: dataset, teacher, initial }: ExperimentData,
  { signal, onEvent }: TrainRunOptions,
): Promise<Stuck | undefined> {
  const resume = await run.loadState();
  const networks = teacher && (await NetworkTeacher.create(teacher.models, backend));
  const options = {
    backend,
    dataset,
    ...(networks && { teacher: new RememberingTeacher(networks, dataset, backend) }),
    ...(initial && { initial }),
    ...(resume && { resume }),
    ...(signal && { signal }),
    // They may change during training.
    rateChanges: (epoch: number) => run.beginEpoch(epoch),
  };
  let stuck: Stuck | undefined;
  try {
    for await (const event of train(run.config, options)) {
      await run.consume(event);
      onEvent?.(event);
      if (event.type !== 'done') continue;
      if (event.reason === 'interrupted') throw new CoutureError('interrupted', 'Training was interrupted.');
      stuck = event.stuck;
    }
    return stuck;
  } finally {
    networks?.dispose();
  }
}

/** Best and last weights as they were written to disk: what is reported is what can be loaded. */
async function finalMetrics(
  run: Run,
  backend: Backend,
  testSet: Dataset,
  signal: AbortSignal | undefined,
): Promise<RunMetrics> {
  const state = await run.loadState();
  if (state === undefined) throw new CoutureError('runtime', `${run.path} has no checkpoint.`);
  const { select, learningRate } = run.config.settings;
  const epoch = bestEpoch(state.history, select);
  if (epoch === undefined)
    throw new Divergence('Training diverged: no epoch had a finite validation loss.', learningRate);
  const best = await run.loadWeights('best', epoch.epoch);
  const spec = run.config.model;
  const { classNames } = testSet.info;
  const input = inputOf(run.config);
  const model = new Classifier({ spec, input, classNames, weights: best, backend, shared: true });
  try {
    const all = Uint32Array.from({ length: testSet.length }, (_, i) => i);
    const { accuracy, interval, loss, perClass, macro, confusion } = await evaluateOn(
      model,
      testSet,
      all,
      signal,
    );
    return {
      version: 1,
      testAccuracy: accuracy,
      testInterval: interval,
      testLoss: loss,
      perClass: [...perClass],
      macro,
      confusion: confusion.map((row) => [...row]),
      bestEpoch: epoch.epoch,
      epochs: state.epoch,
      validationLoss: epoch.validationLoss,
      validationAccuracy: epoch.validationAccuracy,
      seconds: Number(state.history.reduce((sum, row) => sum + row.seconds, 0).toFixed(3)),
      weightsSha256: await networkSha256({ spec, weights: best }),
      lastSha256: await networkSha256({ spec, weights: modelOf(state) }),
    };
  } finally {
    await model.dispose();
  }
}
