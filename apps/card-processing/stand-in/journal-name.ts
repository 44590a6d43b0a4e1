// The journal's id, which every answer names: remembered for a start while the ledger is out of reach.
import type { Records } from '@tallystick/views';

const COLLECTION = 'gateway-journal';
const KEY = 'id';

export class JournalName {
  #id: string | undefined;

  constructor(
    private readonly records: Records | undefined,
    private readonly report: (error: unknown) => void,
  ) {}

  /** Recorded in the background: nobody waits for it. */
  learned(id: string): void {
    if (this.#id === id) return;
    this.#id = id;
    void this.records?.put(COLLECTION, KEY, Buffer.from(id)).catch(this.report);
  }

  /** Undefined where this gateway has never asked. */
  async known(): Promise<string | undefined> {
    if (this.#id === undefined) {
      const found = await this.records?.get(COLLECTION, KEY);
      if (found !== undefined) this.#id = Buffer.from(found.value).toString();
    }
    return this.#id;
  }
}
