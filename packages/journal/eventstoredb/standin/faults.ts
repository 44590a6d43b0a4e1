// What a test may break. A node has one of these; a fresh one does nothing.

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export class Faults {
  /** Stores so many of the next appends and breaks their calls instead of answering. */
  answersToLose = 0;
  /** This node follows: calls that need the leader are sent to this one. */
  leader: Endpoint | undefined;
  /** How far this node's clock is ahead of its clients', in ms; behind where negative. */
  clockAheadMs = 0;
  #voice: PromiseWithResolvers<void> | undefined;

  /** While mute, the node takes every call and answers none; appends that reach it then are lost. */
  get mute(): boolean {
    return this.#voice !== undefined;
  }

  set mute(mute: boolean) {
    if (mute) {
      this.#voice ??= Promise.withResolvers();
      return;
    }
    this.#voice?.resolve();
    this.#voice = undefined;
  }

  /** Resolves at once, or when the node speaks again. */
  async speaking(): Promise<void> {
    await this.#voice?.promise;
  }

  loseAnswer(): boolean {
    if (this.answersToLose === 0) return false;
    this.answersToLose--;
    return true;
  }

  /** 100 ns since 1970, by this node's clock. */
  nowTicks(): bigint {
    return BigInt(this.nowMs()) * 10_000n;
  }

  nowMs(): number {
    return Date.now() + this.clockAheadMs;
  }
}
