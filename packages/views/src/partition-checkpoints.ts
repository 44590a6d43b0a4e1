// How far a process has come in each partition of the bus; it may stay behind, for what is delivered again does nothing new.
import type { Records } from './port.js';

const CHECKPOINTS = 'process-checkpoints';

export class PartitionCheckpoints {
  private readonly saved = new Map<number, bigint>();

  constructor(
    private readonly records: Records,
    /** Of the process. */
    private readonly name: string,
  ) {}

  /** 0 before the first. */
  async load(partition: number): Promise<bigint> {
    const position = (await this.stored(partition)) ?? 0n;
    this.saved.set(partition, position);
    return position;
  }

  /** Where this process last loaded or saved it. */
  savedAt(partition: number): bigint {
    return this.saved.get(partition) ?? 0n;
  }

  /** Moves it forward, never back: whoever was given the partition since may be further on. */
  async save(partition: number, position: bigint): Promise<void> {
    if (position === this.saved.get(partition)) return;
    const there = await this.stored(partition);
    if (there === undefined || there < position)
      await this.records.put(CHECKPOINTS, this.keyOf(partition), Buffer.from(String(position)));
    this.saved.set(partition, position);
  }

  private async stored(partition: number): Promise<bigint | undefined> {
    const found = await this.records.get(CHECKPOINTS, this.keyOf(partition));
    return found === undefined ? undefined : BigInt(Buffer.from(found.value).toString());
  }

  private keyOf(partition: number): string {
    return `${this.name}-${partition}`;
  }
}
