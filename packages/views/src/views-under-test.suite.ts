import type { ViewWriter } from './port.js';

/** An empty store of an adapter, for one test. */
export interface ViewsStore {
  /** Opens it; opened again after a close, it holds what was there. */
  open(): Promise<ViewWriter>;
  /** Removes all of it, after the writers were closed. */
  dispose(): Promise<void>;
}
