/**
 * The open connections. When there are too many, the client with the most of them loses the one that has been without a request
 * for the longest time: idle ones, and those whose request is still arriving slowly. So a client can take the places of its own
 * connections only, however many it opens.
 */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientOf } from './client.ts';

/** The connections of one client. */
interface Client {
  readonly address: string;
  /** Its open connections, and those of them without a request in progress. */
  count: number;
  idle: number;
}

/** A connection. */
interface Connection {
  readonly client: Client;
  /** Requests in progress: several if the client sends them without waiting. */
  requests: number;
  /** When it became idle, as a number that grows. */
  since: number;
}

/** Counts connections, and closes some when there are too many. */
export class Connections {
  readonly #most: number;
  readonly #onDrop: (address: string) => void;
  readonly #connections = new Map<Socket, Connection>();
  readonly #clients = new Map<string, Client>();
  #now = 0;

  /**
   * @param most connections that may be open
   * @param onDrop told the address of a client whose connection is closed
   */
  constructor(most: number, onDrop: (address: string) => void) {
    this.#most = most;
    this.#onDrop = onDrop;
  }

  /** Open connections. */
  get count(): number {
    return this.#connections.size;
  }

  /** Watches the connections of a server. */
  addTo(server: Server): void {
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** A request of a connection begins. */
  begin(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    if (connection.requests === 0) connection.client.idle -= 1;
    connection.requests += 1;
  }

  /** A request has its answer. */
  end(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.requests -= 1;
    if (connection.requests === 0) this.#becomeIdle(connection);
  }

  #becomeIdle(connection: Connection): void {
    connection.client.idle += 1;
    this.#now += 1;
    connection.since = this.#now;
  }

  #add(socket: Socket): void {
    const address = clientOf(socket.remoteAddress ?? '');
    const client = this.#clients.get(address) ?? { address, count: 0, idle: 0 };
    this.#clients.set(address, client);
    client.count += 1;
    const connection = { client, requests: 0, since: 0 };
    this.#becomeIdle(connection);
    this.#connections.set(socket, connection);
    socket.once('close', () => this.#remove(socket));
    if (this.count > this.#most) this.#drop();
  }

  /** Closes the oldest idle connection of the client with the most connections. The new one is idle, so there is one. */
  #drop(): void {
    let most: Client | undefined;
    for (const client of this.#clients.values())
      if (client.idle > 0 && client.count > (most?.count ?? 0)) most = client;
    let oldest: [Socket, Connection] | undefined;
    for (const [socket, connection] of this.#connections)
      if (connection.client === most && connection.requests === 0)
        if (connection.since < (oldest?.[1].since ?? Number.POSITIVE_INFINITY)) oldest = [socket, connection];
    if (oldest === undefined) return;
    const [socket, { client }] = oldest;
    this.#remove(socket);
    socket.destroy();
    this.#onDrop(client.address);
  }

  #remove(socket: Socket): void {
    const connection = this.#connections.get(socket);
    // It was dropped before it closed.
    if (connection === undefined) return;
    const { client, requests } = connection;
    this.#connections.delete(socket);
    if (requests === 0) client.idle -= 1;
    client.count -= 1;
    if (client.count === 0) this.#clients.delete(client.address);
  }
}
