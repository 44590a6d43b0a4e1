// How many bytes a user may upload in a day, in whatever program's hands: what is stored for them grows no faster.
import { CallFailed } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { JsonRecords } from '@tallystick/views/json-records';

/** Bytes by the hour, since 1970, in which their upload was asked for; in order. */
type Counted = readonly (readonly [hour: number, bytes: number])[];

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Of one user's count, by others, while we change it. */
const CONFLICTS_MAX = 500;

export class UploadQuota {
  private readonly counts: JsonRecords<Counted>;

  constructor(
    records: Records,
    /** In a day. */
    private readonly bytesMax: number,
  ) {
    this.counts = new JsonRecords(records, 'upload-quotas');
  }

  /** @returns 0, or for how many seconds nothing so large may be uploaded: then nothing was counted */
  async take(userId: string, bytes: number, nowMs: number): Promise<number> {
    let waitSeconds = 0;
    const now = Math.floor(nowMs / HOUR_MS);
    await this.change(userId, now, (counted) => {
      const hour = this.hourOfRoom(counted, bytes, now);
      waitSeconds = hour === undefined ? 0 : Math.ceil((hour * HOUR_MS - nowMs) / 1_000);
      return hour === undefined ? added(counted, now, bytes) : undefined;
    });
    return waitSeconds;
  }

  /** Of what was taken then: the file came to less. */
  async giveBack(userId: string, bytes: number, takenAtMs: number, nowMs: number): Promise<void> {
    const then = Math.floor(takenAtMs / HOUR_MS);
    await this.change(userId, Math.floor(nowMs / HOUR_MS), (counted) =>
      counted.map(([hour, had]) => [hour, hour === then ? Math.max(0, had - bytes) : had] as const),
    );
  }

  /** When enough of what was counted is a day ago; undefined where there is room now. */
  private hourOfRoom(counted: Counted, bytes: number, now: number): number | undefined {
    let left = sumOf(counted) + bytes - this.bytesMax;
    if (left <= 0) return undefined;
    for (const [hour, had] of counted) {
      left -= had;
      if (left <= 0) return hour + HOURS;
    }
    return now + HOURS;
  }

  /** @param next undefined changes nothing */
  private async change(userId: string, now: number, next: (counted: Counted) => Counted | undefined): Promise<void> {
    for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
      const stored = await this.counts.get(userId);
      const changed = next((stored?.value ?? []).filter(([hour]) => hour > now - HOURS));
      if (changed === undefined || (await this.counts.replace(userId, stored, changed))) return;
    }
    throw new CallFailed({ code: 'unavailable', message: 'too many uploads at a time', retryable: true });
  }
}

function sumOf(counted: Counted): number {
  return counted.reduce((sum, [, bytes]) => sum + bytes, 0);
}

function added(counted: Counted, now: number, bytes: number): Counted {
  const before = counted.filter(([hour]) => hour !== now);
  const [, had = 0] = counted.find(([hour]) => hour === now) ?? [];
  return [...before, [now, had + bytes]];
}
