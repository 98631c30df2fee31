/**
 * The campaign of studies: short real trials, with workers killed, trials killed, studies interrupted, and a server that
 * restarts and stays away. A fault is a trial without a result or with two, a result that training again does not give,
 * and a study of one worker that asks for other parameters than one that nobody disturbed.
 *
 *     npm run soak -- tune --trials 200 --kills 40 --outage 75 --seed 1
 *
 * Needs PostgreSQL's server programs for its second half; `--postgres 0` leaves it out.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { folderStore } from '../../src/platform/node/runs/folder-store.ts';
import { openPostgres } from '../../src/platform/node/tune/postgres.ts';
import { StudyStore } from '../../src/platform/node/tune/study-store.ts';
import { readSealed } from '../../src/runs/json.ts';
import { studySchema } from '../../src/study/schema.ts';
import type { Study } from '../../src/study/study.ts';
import { postgresPrograms, startPostgres } from '../../test/postgres.ts';
import type { Campaign } from './campaign.ts';
import { readNumbers } from './numbers.ts';
import { type Chaos, disturb } from './tune/chaos.ts';
import { faultsOf, outcomeOf, retrain, Watch } from './tune/check.ts';
import { makeWorkshop, type Workshop } from './tune/workshop.ts';

const LOOK_MS = 200;
/** Trials that were begun more than once and are trained again. */
const MOST_AGAIN = 20;
/** Milliseconds from the start of a trial to a disturbance, at most. */
const GAP = 4000;

/** What a part of the campaign needs. */
export interface TuneChaos {
  readonly trials: number;
  readonly kills: number;
  readonly seed: number;
  /** Seconds of one long outage; none if 0. */
  readonly outage: number;
  readonly root: string;
}

export const tune: Campaign = async (args) => {
  const numbers = readNumbers(args, { trials: 24, kills: 6, outage: 0, postgres: 1, seed: 1 });
  const root = await mkdtemp(join(tmpdir(), 'couture-soak-tune-'));
  try {
    const chaos = { ...numbers, root };
    const began = performance.now();
    const { study: reference } = await undisturbed(chaos);
    console.log(`undisturbed: ${numbers.trials} trials in ${secondsSince(began)} s`);
    const faults = await embedded(chaos, reference);
    if (numbers.postgres > 0) faults.push(...(await onServer(chaos, reference)));
    for (const fault of faults.slice(0, 20)) console.log(`FAULT: ${fault}`);
    return faults.length;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/** The study that nothing happens to, and the cache with its images. */
export async function undisturbed({
  trials,
  root,
}: Pick<TuneChaos, 'trials' | 'root'>): Promise<{ readonly study: Study; readonly cache: string }> {
  const workshop = await makeWorkshop(root);
  await workshop.run(workshop.study('one', trials));
  return { study: await workshop.show('one'), cache: join(workshop.folder, 'cache') };
}

/** One process with PGlite, killed and interrupted. */
export async function embedded(chaos: TuneChaos, reference: Study): Promise<string[]> {
  const workshop = await makeWorkshop(chaos.root);
  const path = join(workshop.folder, 'runs/tune/one/study.json');
  const read = async (): Promise<Study | undefined> =>
    (await folderStore.kind(path)) === undefined
      ? undefined
      : await readSealed(folderStore, path, studySchema);
  return await chaotic('PGlite, one process', workshop, {
    ...{ chaos, reference, read, name: 'one', commands: [workshop.study('one', chaos.trials)] },
  });
}

/** PostgreSQL: one worker, whose study is that of PGlite, and then an owner and two workers. */
export async function onServer(chaos: TuneChaos, reference: Study): Promise<string[]> {
  const programs = await postgresPrograms();
  if (programs === undefined) return ['PostgreSQL is not installed'];
  const server = await startPostgres(programs);
  try {
    const workshop = await makeWorkshop(chaos.root, server.url);
    const one = await withDatabase(server.url, async (read) =>
      chaotic('PostgreSQL, one process', workshop, {
        ...{ chaos: { ...chaos, outage: 0 }, reference, read: () => read('one'), name: 'one', server },
        commands: [workshop.study('one', chaos.trials)],
      }),
    );
    const worker = ['tune', 'worker', 'many', '--parallel', '1', '--threads', '1'];
    const owner = workshop.study('many', chaos.trials);
    // The study has to be there before its workers.
    const first = workshop.start(owner);
    await untilFirstTrial(server.url);
    first.process.kill('SIGKILL');
    await first.ended;
    const many = await withDatabase(server.url, async (read) =>
      chaotic('PostgreSQL, three processes', workshop, {
        ...{ chaos, read: () => read('many'), name: 'many', server },
        commands: [['tune', '--name', 'many', '--parallel', '1', '--threads', '1'], worker, worker],
      }),
    );
    return [...one, ...many];
  } finally {
    await server.remove();
  }
}

interface Story {
  readonly chaos: TuneChaos;
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly read: () => Promise<Study | undefined>;
  /** The undisturbed study, for a study of one process. */
  readonly reference?: Study;
  readonly server?: Chaos['server'];
}

async function chaotic(title: string, workshop: Workshop, story: Story): Promise<string[]> {
  const { chaos, name, commands, read, reference, server } = story;
  const began = performance.now();
  const watch = new Watch();
  const watching = setInterval(() => {
    // The store may be away or not be there yet.
    read().then(
      (study) => study && watch.look(study),
      () => {},
    );
  }, LOOK_MS);
  const random = new RandomStream(fork(keyFromSeed(chaos.seed), `studies ${title}`));
  let tally: Record<string, number>;
  try {
    tally = await disturb(workshop, commands, {
      ...{ random, count: chaos.kills, gap: GAP, outage: chaos.outage * 1000 },
      ...(server && { server }),
    });
  } finally {
    clearInterval(watching);
  }
  const study = await workshop.show(name);
  watch.look(study);
  const again = study.trials.filter(({ attempt }) => attempt > 1);
  const faults = [...faultsOf(study, chaos.trials), ...watch.faults];
  if (reference !== undefined) faults.push(...differences(title, reference, study));
  const places = { root: chaos.root, cache: join(workshop.folder, 'cache') };
  faults.push(...(await retrain(study, again.slice(0, MOST_AGAIN), places)));
  const what = Object.entries(tally).map(([each, count]) => `${each}: ${count}`);
  console.log(
    `${title}: ${study.trials.length} trials in ${secondsSince(began)} s, ${again.length} begun again; ${what.join(', ')}; ${faults.length} faults`,
  );
  return faults;
}

function differences(title: string, reference: Study, study: Study): string[] {
  const [expected, found] = [outcomeOf(reference), outcomeOf(study)].map((all) =>
    all.map((each) => JSON.stringify(each)),
  );
  const at = found.findIndex((each, i) => each !== expected[i]);
  return at < 0 ? [] : [`${title}: trial ${at} is ${found[at]}, and undisturbed ${expected[at]}`];
}

async function withDatabase<T>(
  url: string,
  work: (read: (name: string) => Promise<Study | undefined>) => Promise<T>,
): Promise<T> {
  const database = await openPostgres(url);
  const stores = new Map<string, StudyStore>();
  try {
    return await work(async (name) => {
      const store = stores.get(name) ?? (await StudyStore.find(database, name));
      if (store === undefined) return undefined;
      stores.set(name, store);
      return await store.read();
    });
  } finally {
    await database.close();
  }
}

async function untilFirstTrial(url: string): Promise<void> {
  await withDatabase(url, async (read) => {
    for (;;) {
      const study = await read('many').catch(() => undefined);
      if (study?.trials.some(({ state }) => state !== 'waiting')) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  });
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}
