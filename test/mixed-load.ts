/**
 * A mixed load on a service: images in every format, hostile requests, slow clients and clients that leave, while the model is
 * exchanged. Each answer is compared with that of the revision that it names.
 */

import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { fork, keyFromSeed, RandomStream } from '../src/core/random.ts';
import type { PredictAnswer } from '../src/serve/schemas.ts';
import type { Prediction } from '../src/use/predictor.ts';
import { hostilePictures } from './hostile-pictures.ts';
import { readLate } from './slow-readers.ts';

/** A request and what its answer must be. */
export interface Sample {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  /** The predictions by revision; none for a hostile request. */
  readonly expected: ReadonlyMap<string, readonly Pick<Prediction, 'index' | 'probabilities'>[]>;
  /** The code of the error of a hostile request. */
  readonly code?: string;
}

/** What happened. */
export interface MixedResult {
  readonly answers: number;
  readonly refused: number;
  readonly left: number;
  readonly slow: number;
  /** Clients that read nothing for longer than they may, and were cut off; and those that read late, and got all. */
  readonly cut: number;
  readonly late: number;
  readonly images: number;
  readonly revisions: number;
  /** Sentences about wrong or lost answers; empty if there are none. */
  readonly faults: readonly string[];
}

/** The load. */
export interface MixedOptions {
  /** The address for predictions. */
  readonly url: URL;
  readonly samples: readonly Sample[];
  readonly milliseconds: number;
  /** Requests at the same time. */
  readonly lanes: number;
  /** The service's time for a client to take its answer. */
  readonly sendSeconds: number;
}

/** Requests that must be refused, of a model with images of `size` values. */
export async function hostileSamples(size: number): Promise<Sample[]> {
  const of = (name: string, type: string, body: Buffer | string, code: string): Sample => ({
    ...{ name, type, body: Buffer.from(body as string), code },
    expected: new Map(),
  });
  const octets = 'application/octet-stream';
  const pictures = (await hostilePictures()).filter(({ bytes }) => bytes.length < 200_000);
  return [
    of('half an image', octets, Buffer.alloc(size / 2), 'wrong_size'),
    of('nothing', octets, '', 'wrong_size'),
    of('broken JSON', 'application/json', '{"images": [[', 'bad_request'),
    of(
      'JSON with many wrong numbers',
      'application/json',
      `{"images": [[${'-1,'.repeat(250_000)}-1]]}`,
      'wrong_size',
    ),
    of(
      'JSON with many wrong pictures',
      'application/json',
      `{"pictures": [${'1,'.repeat(250_000)}1]}`,
      'too_many_images',
    ),
    of('deep JSON', 'application/json', '['.repeat(100_000), 'bad_request'),
    of('a text', 'text/plain', 'hello', 'unsupported_type'),
    of('a page', 'image/png', '<!doctype html>', 'unsupported_type'),
    of('a broken form', 'multipart/form-data; boundary=x', '--x\r\n\r\n', 'bad_request'),
    ...pictures.map(({ name, bytes, code }) => of(name, 'image/png', bytes, code)),
  ];
}

/** Runs the load. One in ten requests is hostile, one in fifty clients leaves, two clients at a time send slowly, one
 * reads nothing for too long, and one reads late. */
export async function mixedLoad({
  url,
  samples,
  milliseconds,
  lanes,
  sendSeconds,
}: MixedOptions): Promise<MixedResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const end = performance.now() + milliseconds;
  const good = samples.filter(({ code }) => code === undefined);
  const hostile = samples.filter(({ code }) => code !== undefined);
  const faults: string[] = [];
  const revisions = new Set<string>();
  const counts = { answers: 0, refused: 0, left: 0, slow: 0, cut: 0, late: 0, images: 0 };
  const fault = (text: string): void => void (faults.length < 20 && faults.push(text));

  const lane = async (place: number): Promise<void> => {
    const random = new RandomStream(fork(keyFromSeed(place), 'mixed'));
    const pick = (list: readonly Sample[]): Sample => list[random.nextBelow(list.length)];
    while (performance.now() < end) {
      const sample = pick(random.nextBelow(10) === 0 ? hostile : good);
      if (random.nextBelow(50) === 0) {
        await leave(url, agent, sample);
        counts.left += 1;
        continue;
      }
      try {
        const { status, text } = await send(url, agent, sample);
        const wrong = wrongIn(sample, status, text);
        if (wrong !== undefined) fault(`${sample.name}: ${wrong}`);
        if (sample.code !== undefined) counts.refused += 1;
        else {
          const { revision, predictions } = JSON.parse(text) as PredictAnswer;
          revisions.add(revision);
          counts.answers += 1;
          counts.images += predictions?.length ?? 0;
        }
      } catch (error) {
        fault(`${sample.name}: lost (${String(error)})`);
      }
    }
  };
  const slowLane = async (): Promise<void> => {
    while (performance.now() < end) {
      const answer = await slowly(url, good[0]);
      counts.slow += 1;
      if (!/^HTTP\/1\.1 (200|408)/.test(answer))
        fault(`a slow client: ${JSON.stringify(answer.slice(0, 200))}`);
    }
  };
  /** A client that reads late but in time gets all; one that reads too late is cut off, unless its answers were made that late. */
  const lateLane = async (seconds: number, inTime: boolean): Promise<void> => {
    const octets = good.find(({ type }) => type === 'application/octet-stream') ?? good[0];
    while (performance.now() + seconds * 1000 < end) {
      const { cut, answers, others } = await readLate(url, octets, { repeats: 200, seconds });
      if ((cut && inTime) || others.length > 0)
        fault(`a client that read after ${seconds} s: cut ${cut}, ${answers} answers, ${others}`);
      counts[cut ? 'cut' : 'late'] += 1;
    }
  };
  await Promise.all([
    ...Array.from({ length: lanes }, (_, i) => lane(i)),
    ...[slowLane(), slowLane(), lateLane(sendSeconds + 4, false), lateLane(sendSeconds / 3, true)],
  ]);
  agent.destroy();
  return { ...counts, revisions: revisions.size, faults };
}

/** What is wrong with an answer; undefined if nothing is. */
function wrongIn({ code, expected }: Sample, status: number, text: string): string | undefined {
  const body = JSON.parse(text) as PredictAnswer & { error?: { code: string } };
  if (code !== undefined) return body.error?.code === code ? undefined : `${status} ${text.slice(0, 200)}`;
  if (status !== 200) return `${status} ${text.slice(0, 200)}`;
  const right = expected.get(body.revision);
  if (right === undefined) return `the revision ${body.revision} is unknown`;
  const same =
    right.length === body.predictions.length &&
    right.every(({ index, probabilities }, i) => {
      const told = body.predictions[i];
      return told.index === index && probabilities.every((share, k) => share === told.probabilities[k]);
    });
  return same ? undefined : `another answer than that of revision ${body.revision}`;
}

function open(url: URL, agent: Agent, { type, body }: Sample) {
  return request(url, {
    agent,
    method: 'POST',
    headers: { 'Content-Type': type, 'Content-Length': body.length },
  });
}

async function send(url: URL, agent: Agent, sample: Sample): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const asked = open(url, agent, sample);
    asked.once('error', reject);
    asked.once('response', (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }),
      );
    });
    asked.end(sample.body);
  });
}

/** A client that leaves in the middle of its request, or before its answer. */
async function leave(url: URL, agent: Agent, sample: Sample): Promise<void> {
  const asked = open(url, agent, sample);
  asked.on('error', () => {});
  asked.write(sample.body.subarray(0, sample.body.length >> 1));
  await new Promise((resolve) => setTimeout(resolve, 2));
  asked.destroy();
}

/** A client that sends a byte at a time; its answer. */
async function slowly(url: URL, { type, body }: Sample): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    let answer = '';
    let at = 0;
    socket.on('error', () => {});
    socket.on('data', (part: Buffer) => {
      answer += part.toString('latin1');
    });
    const head = `POST ${url.pathname} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const whole = Buffer.concat([Buffer.from(head), body]);
    const timer = setInterval(() => {
      // Now and then the rest at once.
      const next = at > 60 && at % 2 === 0 ? whole.length : at + 1;
      if (at < whole.length) socket.write(whole.subarray(at, next));
      at = next;
    }, 20);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}
