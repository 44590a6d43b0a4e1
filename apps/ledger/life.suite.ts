// A process that is killed at a step, for specs that kill it at each.

export class Killed extends Error {}

/** One life of a process: it ends at a step, and nothing is done after it. */
export class Life {
  steps = 0;
  private over = false;

  /** @param endsAt counted from 1; 0 for a life that does not end */
  constructor(
    private readonly endsAt: number,
    private readonly when: 'before' | 'after',
  ) {}

  /** The same, but every call is a step. */
  of<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          const isLast = ++this.steps === this.endsAt;
          if (this.over || (isLast && this.when === 'before')) this.end();
          const answer: unknown = await Reflect.apply(member, target, given);
          if (isLast || this.over) this.end();
          return answer;
        };
      },
    });
  }

  private end(): never {
    this.over = true;
    throw new Killed();
  }
}
