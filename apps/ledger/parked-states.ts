// States that had to leave memory's working set, packed: to unpack one costs a fifth of folding its events again, and it is no work for the
// garbage collector meanwhile. Each is what some stored events fold to, so whoever takes it only has to catch up.
import { deserialize, serialize } from 'node:v8';

export class ParkedStates<Id, State> {
  /** The longest parked first. */
  private readonly parked = new Map<Id, Uint8Array>();
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  /** @param state as of stored events alone; it is read now and not kept */
  park(id: Id, state: State): void {
    this.drop(id);
    const packed = serialize(state);
    this.parked.set(id, packed);
    this.bytes += packed.byteLength;
    for (const oldest of this.parked.keys()) {
      if (this.bytes <= this.bytesMax) return;
      this.drop(oldest);
    }
  }

  /** The state, which is parked no more; undefined where it is not there. */
  take(id: Id): State | undefined {
    const state = this.copy(id);
    this.drop(id);
    return state;
  }

  /** The state, which stays parked. */
  copy(id: Id): State | undefined {
    const packed = this.parked.get(id);
    // Only states are packed.
    return packed && (deserialize(packed) as State);
  }

  private drop(id: Id): void {
    const packed = this.parked.get(id);
    if (packed === undefined) return;
    this.parked.delete(id);
    this.bytes -= packed.byteLength;
  }
}
