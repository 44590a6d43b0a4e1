// Answers by key, remembered for a moment; what is missing is asked for together.
import type { CallContext } from '@tallystick/contracts';

export interface RememberedOptions<Value> {
  /** The values that there are, of at most `KEYS_PER_CALL` keys. */
  readonly ask: (keys: readonly string[], context: CallContext) => Promise<ReadonlyMap<string, Value>>;
  readonly lastsMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Known<Value> {
  /** Undefined where there is none, which is remembered, too. */
  readonly value: Value | undefined;
  readonly until: number;
}

const KEYS_PER_CALL = 100;
const KEYS_MAX = 50_000;

export class Remembered<Value> {
  private readonly known = new Map<string, Known<Value>>();

  constructor(private readonly options: RememberedOptions<Value>) {}

  /** Only those keys that have a value. */
  async of(keys: Iterable<string>, context: CallContext): Promise<ReadonlyMap<string, Value>> {
    const { now } = this.options;
    const wanted = [...new Set(keys)];
    const found = new Map<string, Value>();
    const missing: string[] = [];
    for (const key of wanted) {
      const known = this.known.get(key);
      if (known === undefined || now() >= known.until) missing.push(key);
      else if (known.value !== undefined) found.set(key, known.value);
    }
    for (let at = 0; at < missing.length; at += KEYS_PER_CALL)
      for (const [key, value] of await this.asked(missing.slice(at, at + KEYS_PER_CALL), context))
        found.set(key, value);
    return found;
  }

  private async asked(keys: readonly string[], context: CallContext): Promise<ReadonlyMap<string, Value>> {
    const { ask, lastsMs, now } = this.options;
    const until = now() + lastsMs;
    const answer = await ask(keys, context);
    if (this.known.size + keys.length > KEYS_MAX) this.known.clear();
    for (const key of keys) this.known.set(key, { value: answer.get(key), until });
    return answer;
  }
}
