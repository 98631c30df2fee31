/** Disturbs the processes of a study at random instants, and starts those again that end, as systemd would. */

import type { RandomStream } from '../../../src/core/philox.ts';
import type { PostgresServer } from '../../../test/postgres.ts';
import { childrenOf, type Running, type Workshop } from './workshop.ts';

/** What is done to a study. */
export interface Chaos {
  readonly random: RandomStream;
  /** How many times something is killed, interrupted or restarted. */
  readonly count: number;
  /** Milliseconds from the start of a trial to a disturbance, at most. */
  readonly gap: number;
  /** The server, which restarts, too. */
  readonly server?: PostgresServer;
  /** Milliseconds of one long outage, in which every worker gives up; none if 0. */
  readonly outage?: number;
}

const AGAIN_MS = 300;
const LOOK_MS = 100;
/** What a process may say that ends because the database is away. */
const away = /has not answered for 60 s|Cannot open postgres|database is away/;

/**
 * Runs the commands of a study until each ends by itself, while things happen to them.
 * @returns how often each thing happened
 * @throws Error when a command ends with an error that nothing caused
 */
export async function disturb(
  { start }: Workshop,
  commands: readonly (readonly string[])[],
  { random, count, gap, server, outage = 0 }: Chaos,
): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  const happened = (what: string): void => {
    tally[what] = (tally[what] ?? 0) + 1;
  };
  const running = new Map<number, Running>();
  let open = commands.length;
  const supervise = async (args: readonly string[], place: number): Promise<void> => {
    for (;;) {
      const one = start(args);
      running.set(place, one);
      const { code, err } = await one.ended;
      running.delete(place);
      if (code === 0) break;
      if (code !== null && code !== 130 && !(server !== undefined && away.test(err)))
        throw new Error(`couture ${args.join(' ')} ended with ${code}: ${err.slice(-1000)}`);
      happened('process started again');
      await pause(AGAIN_MS);
    }
    open -= 1;
  };
  const trouble = async (): Promise<void> => {
    for (let left = count; left > 0 && open > 0; left--) {
      // Three of four disturbances fall into trials, and not into the start of a process.
      if (random.nextBelow(4) > 0) await somethingTrains(running, () => open > 0);
      await pause(gap * (random.nextBelow(1000) / 1000));
      const all = [...running.values()];
      if (all.length === 0) continue;
      const { process } = all[random.nextBelow(all.length)];
      const lot = random.nextBelow(server === undefined ? 8 : 10);
      if (lot < 3) {
        process.kill('SIGKILL');
        happened('worker killed');
      } else if (lot < 6) {
        const [trial] = childrenOf(process);
        if (trial !== undefined && kill(trial)) happened('trial killed');
      } else if (lot < 8) {
        process.kill('SIGINT');
        happened('worker interrupted');
      } else if (server !== undefined) {
        await server.stop();
        await pause(random.nextBelow(3000));
        await server.start();
        happened('server restarted');
      }
    }
    if (server === undefined || outage === 0 || open === 0) return;
    await server.stop();
    await pause(outage);
    await server.start();
    happened(`server away for ${outage / 1000} s`);
  };
  await Promise.all([...commands.map(supervise), trouble()]);
  return tally;
}

async function somethingTrains(running: ReadonlyMap<number, Running>, on: () => boolean): Promise<void> {
  const trains = (): boolean => [...running.values()].some(({ process }) => childrenOf(process).length > 0);
  while (on() && !trains()) await pause(LOOK_MS);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
