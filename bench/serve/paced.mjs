/**
 * Requests at a steady rate over keep-alive connections. The time of an answer counts from the moment at which the request was
 * due: a service that stalls delays the requests behind it as well, and that is measured.
 */

import { connect } from 'node:net';

/** Sends `rate` requests a second; percentiles are in milliseconds. */
export async function paced({ url, bodies, expected, connections, rate, seconds }) {
  const { hostname, port, pathname } = new URL(url);
  const heads = bodies.map((body) =>
    Buffer.concat([
      Buffer.from(
        `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]),
  );
  const times = [];
  const late = [];
  let [failed, wrong, sent] = [0, 0, 0];
  const idle = [];
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), hostname).setNoDelay();
      await new Promise((resolve) => socket.once('connect', resolve));
      const lane = { socket, due: 0, which: 0 };
      let text = '';
      socket.on('data', (part) => {
        text += part.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(text)?.[1];
        if (end < 0 || text.length < end + 4 + Number(length)) return;
        times.push(performance.now() - lane.due);
        if (!text.startsWith('HTTP/1.1 200') || text.slice(end + 4) !== expected[lane.which]) wrong += 1;
        text = '';
        idle.push(lane);
        send();
      });
      socket.on('error', () => {
        failed += 1;
      });
      idle.push(lane);
      return socket;
    }),
  );
  /** Gives free connections the requests that are due. */
  const send = () => {
    while (late.length > 0 && idle.length > 0) {
      const lane = idle.shift();
      lane.due = late.shift();
      lane.which = sent % bodies.length;
      sent += 1;
      lane.socket.write(heads[lane.which]);
    }
  };
  const start = performance.now();
  let due = 0;
  await new Promise((resolve) => {
    const tick = () => {
      const now = performance.now() - start;
      if (now > seconds * 1000) return resolve(undefined);
      for (; due * (1000 / rate) <= now; due++) late.push(start + due * (1000 / rate));
      send();
      setTimeout(tick, 1);
    };
    tick();
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const socket of sockets) socket.destroy();
  times.sort((a, b) => a - b);
  const at = (share) =>
    Number(times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1));
  const perSecond = times.length / seconds;
  return { perSecond, p50: at(0.5), p99: at(0.99), most: at(1), failed: failed + due - times.length, wrong };
}
