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
  count: number;
  /** Those without a request in progress, longest first. */
  readonly idle: Set<Socket>;
}

/** A connection. */
interface Connection {
  readonly client: Client;
  /** Requests in progress: several if the client sends them without waiting. */
  requests: number;
}

/** Counts connections, and closes some when there are too many. */
export class Connections {
  readonly #most: number;
  readonly #onDrop: (address: string) => void;
  readonly #connections = new Map<Socket, Connection>();
  readonly #clients = new Map<string, Client>();

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
    connection.requests += 1;
    connection.client.idle.delete(socket);
  }

  /** A request has its answer. */
  end(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.requests -= 1;
    if (connection.requests === 0) connection.client.idle.add(socket);
  }

  #add(socket: Socket): void {
    const address = clientOf(socket.remoteAddress ?? '');
    const client = this.#clients.get(address) ?? { address, count: 0, idle: new Set() };
    this.#clients.set(address, client);
    client.count += 1;
    client.idle.add(socket);
    this.#connections.set(socket, { client, requests: 0 });
    socket.once('close', () => this.#remove(socket));
    if (this.count > this.#most) this.#drop();
  }

  /** Closes the oldest idle connection of the client with the most connections. The new one is idle, so there is one. */
  #drop(): void {
    let most: Client | undefined;
    for (const client of this.#clients.values())
      if (client.idle.size > 0 && client.count > (most?.count ?? 0)) most = client;
    const [socket] = most?.idle ?? [];
    if (most === undefined || socket === undefined) return;
    this.#remove(socket);
    socket.destroy();
    this.#onDrop(most.address);
  }

  #remove(socket: Socket): void {
    const connection = this.#connections.get(socket);
    // It was dropped before it closed.
    if (connection === undefined) return;
    const { client } = connection;
    this.#connections.delete(socket);
    client.idle.delete(socket);
    client.count -= 1;
    if (client.count === 0) this.#clients.delete(client.address);
  }
}
