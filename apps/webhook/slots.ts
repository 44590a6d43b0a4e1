// How many attempts run at once, so that none waits long for another's receiver: each webhook and each host has a few, and hosts that
// were slow the last time share a part of all, whatever there are of them.

export interface SlotLimits {
  readonly all: number;
  /** Of all, for hosts that were slow. */
  readonly slow: number;
  readonly perHost: number;
  readonly perWebhook: number;
}

export const defaultSlots: SlotLimits = { all: 256, slow: 96, perHost: 16, perWebhook: 4 };

/** Hosts remembered as slow; beyond it all are forgotten, which errs for them. */
const SLOW_MAX = 50_000;

export interface Slot {
  readonly webhookId: string;
  readonly host: string;
  readonly isSlow: boolean;
}

export class Slots {
  private readonly slowHosts = new Set<string>();
  private readonly hosts = new Map<string, number>();
  private readonly webhooks = new Map<string, number>();
  private all = 0;
  private slow = 0;

  constructor(private readonly limits: SlotLimits) {}

  /** Undefined where there is none now. A webhook of a slow host has one at a time. */
  take(webhookId: string, host: string): Slot | undefined {
    const { limits } = this;
    const isSlow = this.slowHosts.has(host);
    const ofWebhook = this.webhooks.get(webhookId) ?? 0;
    const ofHost = this.hosts.get(host) ?? 0;
    if (this.all >= limits.all || (isSlow && this.slow >= limits.slow)) return undefined;
    if (ofWebhook >= (isSlow ? 1 : limits.perWebhook) || ofHost >= limits.perHost) return undefined;
    this.all++;
    if (isSlow) this.slow++;
    this.webhooks.set(webhookId, ofWebhook + 1);
    this.hosts.set(host, ofHost + 1);
    return { webhookId, host, isSlow };
  }

  release({ webhookId, host, isSlow }: Slot): void {
    this.all--;
    if (isSlow) this.slow--;
    oneLess(this.webhooks, webhookId);
    oneLess(this.hosts, host);
  }

  /** How the host did in its newest attempt. */
  learn(host: string, wasSlow: boolean): void {
    if (!wasSlow) this.slowHosts.delete(host);
    else {
      if (this.slowHosts.size >= SLOW_MAX) this.slowHosts.clear();
      this.slowHosts.add(host);
    }
  }
}

function oneLess(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
