// A stand-in for an EventStoreDB node, for development and tests: it speaks the real protocol and keeps the real rules of appending.
// It proves nothing about a real node's durability under power loss, its elections, its replication or its disks.
import { type NodeServer, type NodeServerOptions, serve } from './server.js';
import { Store } from './store.js';

export type { Endpoint, Faults } from './faults.js';
export { type NodeServer, type NodeServerOptions, serve } from './server.js';
export { Store } from './store.js';

export interface StandInOptions extends NodeServerOptions {
  /** The journal's file; created where there is none. */
  readonly file: string;
}

export interface StandIn extends NodeServer {
  readonly store: Store;
  /** Drops all connections and closes the file. */
  close(): Promise<void>;
}

/** Starts a node of its own over a file of its own. @throws Error where the file or the address can't be had */
export async function startStandIn({ file, ...options }: StandInOptions): Promise<StandIn> {
  const store = await Store.open(file);
  try {
    const server = await serve(store, options);
    const close = async () => {
      server.stop();
      await store.close();
    };
    return { ...server, store, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}
