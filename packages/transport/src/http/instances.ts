import type { Random } from '../traceparent.js';
import type { Address } from './addresses.js';
import type { Instance } from './instance.js';
import { ownerOf } from './rendezvous.js';

export interface InstancesOptions {
  readonly service: string;
  readonly random: Random;
  /** Balancing and breaking are a mesh's: any address is as good as the other, and none is left out. */
  readonly mesh: boolean;
  readonly silenceMs: number;
  readonly silenceAloneMs: number;
  readonly open: (address: Address) => Instance;
  readonly onEjection: (reason: 'failures' | 'mute') => void;
}

/** The instances of one service: which of them the next try goes to, and which are left alone for a while. */
export class ServiceInstances {
  private list: readonly Instance[] = [];
  private someEjected = false;
  private readonly leaving = new Map<Instance, Promise<void>>();

  constructor(private readonly options: InstancesOptions) {}

  all(): readonly Instance[] {
    return this.list;
  }

  /** From now on these. One that stays keeps its connections and its health; one that goes ends its calls first. */
  use(addresses: readonly Address[]): void {
    const before = new Map(this.list.map((instance) => [instance.id, instance]));
    const wanted = new Map(addresses.map((address) => [address.id, address]));
    this.list = [...wanted.values()].map((address) => before.get(address.id) ?? this.options.open(address));
    for (const instance of before.values()) if (!wanted.has(instance.id)) this.leave(instance);
    this.noteEjected();
  }

  /**
   * @param affinity calls with the same one go to the same instance while that is healthy
   * @param tried left out where another is there
   * @returns undefined where no instance is known
   */
  choose(affinity: string | undefined, tried: readonly object[] | undefined): Instance | undefined {
    if (this.options.mesh) return this.list[this.below(this.list.length)];
    const candidates = this.candidates(tried);
    if (candidates.length < 2) return candidates[0];
    return affinity === undefined ? this.lessLoadedOfTwo(candidates) : ownerOf(affinity, candidates);
  }

  /** Whether a healthy one is left beside this and those tried. */
  hasOther(instance: Instance, tried: readonly object[] | undefined): boolean {
    if (this.options.mesh) return false;
    return this.list.some((other) => other !== instance && !other.health.isEjected() && !tried?.includes(other));
  }

  succeeded(instance: Instance): void {
    instance.heard();
    if (!this.options.mesh) instance.health.succeeded();
  }

  failed(instance: Instance): void {
    if (!this.options.mesh && instance.health.failed()) this.eject(instance, 'failures');
  }

  /** Probes what is ejected or silent. Called now and again. */
  watch(nowMs: number): void {
    for (const instance of this.leaving.keys()) {
      if (instance.silentForMs(nowMs) >= this.options.silenceAloneMs) instance.giveUp('does not say a word');
    }
    for (const instance of this.list) {
      if (this.options.mesh || instance.probing) continue;
      if (instance.health.isProbeDue()) this.probe(instance, (answered) => this.probed(instance, answered));
      else if (this.isSilent(instance, nowMs)) this.probe(instance, (answered) => this.heardOrMute(instance, answered));
    }
  }

  async close(): Promise<void> {
    this.use([]);
    await Promise.all(this.leaving.values());
  }

  private leave(instance: Instance): void {
    this.leaving.set(
      instance,
      instance.close().then(() => {
        this.leaving.delete(instance);
      }),
    );
  }

  private candidates(tried: readonly object[] | undefined): readonly Instance[] {
    if (tried === undefined && !this.someEjected) return this.list;
    const isUntried = (instance: Instance) => tried === undefined || !tried.includes(instance);
    const healthy = this.list.filter(({ health }) => !health.isEjected());
    const untried = this.list.filter(isUntried);
    const best = [healthy.filter(isUntried), untried, healthy].find(({ length }) => length > 0);
    return best ?? this.list;
  }

  /** Nearly as even as asking all of them, and callers who see the same loads do not all run to the same one. */
  private lessLoadedOfTwo(candidates: readonly Instance[]): Instance | undefined {
    const first = this.below(candidates.length);
    const second = (first + 1 + this.below(candidates.length - 1)) % candidates.length;
    const [one, other] = [candidates[first], candidates[second]];
    if (one === undefined || other === undefined) return one ?? other;
    return other.load() < one.load() ? other : one;
  }

  private below(count: number): number {
    const [low = 0, high = 0] = this.options.random(2);
    return count < 2 ? 0 : (high * 256 + low) % count;
  }

  private isSilent(instance: Instance, nowMs: number): boolean {
    const { silenceMs, silenceAloneMs } = this.options;
    return instance.silentForMs(nowMs) >= (this.hasOther(instance, undefined) ? silenceMs : silenceAloneMs);
  }

  private probe(instance: Instance, then: (answered: boolean) => void): void {
    instance.probing = true;
    void instance.probe(this.options.service).then((answered) => {
      instance.probing = false;
      then(answered);
    });
  }

  private probed(instance: Instance, answered: boolean): void {
    instance.health.probed(answered);
    this.noteEjected();
  }

  private heardOrMute(instance: Instance, answered: boolean): void {
    if (answered) return instance.heard();
    this.eject(instance, 'mute');
    instance.giveUp('does not say a word');
  }

  /** At least half of them stay: where most fail, the trouble is elsewhere, and the rest would drown. */
  private eject(instance: Instance, reason: 'failures' | 'mute'): void {
    if (instance.health.isEjected()) return;
    const ejected = this.list.filter(({ health }) => health.isEjected()).length;
    if ((ejected + 1) * 2 > this.list.length || !this.list.includes(instance)) return;
    instance.health.eject();
    this.noteEjected();
    this.options.onEjection(reason);
  }

  private noteEjected(): void {
    this.someEjected = this.list.some(({ health }) => health.isEjected());
  }
}
