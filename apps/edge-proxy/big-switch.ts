// Which of the two stacks a request goes to. The switch is a record: every edge reads it at a short interval, staff change it.
import { hash } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Time } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import type { StackName } from './stacks.js';

export const PER_MILLE = 1_000;
const ACCOUNTS_MAX = 1_000;
const COLLECTION = 'edge-switch';
const KEY = 'current';

const perMille = (description: string) => Type.Integer({ minimum: 0, maximum: PER_MILLE, description });

export const switchFields = {
  share_per_mille: perMille('how many accounts of a thousand go to the second stack'),
  accounts: Type.Array(Type.String({ pattern: '^acc_[0-9A-Za-z]{1,64}$' }), {
    maxItems: ACCOUNTS_MAX,
    description: 'accounts that go to the second stack whatever the share',
  }),
  shadow_per_mille: perMille('of how many GETs of a thousand the other stack is asked, too, to compare the answers'),
};
const switchSchema = Type.Object(switchFields, { additionalProperties: false });

export type SwitchSettings = Static<typeof switchSchema>;

export interface VersionedSwitch extends SwitchSettings {
  /** 0 before the first change, then one more at each. */
  readonly version: number;
}

const CLOSED: VersionedSwitch = { share_per_mille: 0, accounts: [], shadow_per_mille: 0, version: 0 };

export interface BigSwitchPorts {
  readonly records: Pick<Records, 'get' | 'insertIfAbsent' | 'compareAndSet'>;
  readonly time: Time;
  readonly pollMs: number;
  readonly report: (error: unknown) => void;
}

export class BigSwitch {
  private settings = CLOSED;
  private named: ReadonlySet<string> = new Set();
  private wasRead = false;
  private reading = false;
  private stopPolling: (() => void) | undefined;

  constructor(private readonly ports: BigSwitchPorts) {}

  /** Reads it now, and from now on again and again. A switch that can't be read stays as it was. */
  async start(): Promise<void> {
    const { time, pollMs } = this.ports;
    this.stopPolling = time.every(pollMs, () => void this.poll());
    await this.poll();
  }

  stop(): void {
    this.stopPolling?.();
  }

  /** @throws until it was read once: nothing is known of who goes where */
  checkRead(): void {
    if (!this.wasRead) throw new Error('the switch has not been read yet');
  }

  current(): VersionedSwitch {
    return this.settings;
  }

  /** Whether it depends on the account where a request goes. */
  dividesAccounts(): boolean {
    const { share_per_mille: share } = this.settings;
    return share < PER_MILLE && (share > 0 || this.named.size > 0);
  }

  /**
   * An account that the share has reached stays with the second stack for as long as the share only grows.
   * @param account that the request names
   * @param user who asks: where no account is named, they decide. What names neither goes over last.
   */
  stackOf(account: string | undefined, user: string | undefined): StackName {
    const { share_per_mille: share } = this.settings;
    if (share >= PER_MILLE || (account !== undefined && this.named.has(account))) return 'second';
    const id = account ?? user;
    return id !== undefined && share > 0 && bucketOf(id) < share ? 'second' : 'first';
  }

  /**
   * @param expectedVersion undefined: whatever it is now
   * @returns the switch as it is now; undefined where somebody else has changed it meanwhile
   */
  async change(settings: SwitchSettings, expectedVersion: number | undefined): Promise<VersionedSwitch | undefined> {
    const { records } = this.ports;
    const version = expectedVersion ?? (await this.stored()).version;
    const value = Buffer.from(JSON.stringify(settings));
    const changed =
      version === 0
        ? await records.insertIfAbsent(COLLECTION, KEY, value)
        : await records.compareAndSet(COLLECTION, KEY, version, value);
    if (!changed) return undefined;
    this.use({ ...settings, version: version + 1 });
    return this.settings;
  }

  /** As the record says. @throws where it can't be read */
  async stored(): Promise<VersionedSwitch> {
    const found = await this.ports.records.get(COLLECTION, KEY);
    if (found === undefined) return CLOSED;
    const settings: unknown = JSON.parse(Buffer.from(found.value).toString());
    if (!Value.Check(switchSchema, settings)) throw new Error('the record of the switch is none of ours');
    return { ...settings, version: found.version };
  }

  private async poll(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      this.use(await this.stored());
      this.wasRead = true;
    } catch (error) {
      this.ports.report(error);
    } finally {
      this.reading = false;
    }
  }

  /** A reading that began before a change of ours must not undo it. */
  private use(settings: VersionedSwitch): void {
    if (settings.version < this.settings.version || (this.wasRead && settings.version === this.settings.version))
      return;
    this.settings = settings;
    this.named = new Set(settings.accounts);
  }
}

/** Where an id stands among a thousand: the same everywhere and for ever. */
export function bucketOf(id: string): number {
  return Number.parseInt(hash('sha256', id).slice(0, 8), 16) % PER_MILLE;
}
