// Takes away what was uploaded and never registered, and what broken uploads left.
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Time } from '@tallystick/transport';
import type { Records } from '@tallystick/views';
import { bytesOfJson, CHUNKS, chunkKeysOf, FILES, jsonOf, type StoredFile, UPLOADS, type Upload } from './uploads.js';

export interface UploadsSweepPorts {
  readonly records: Records;
  readonly time: Time;
  /** False where the process only answers. */
  readonly runs: boolean;
  readonly report: (error: unknown) => void;
}

const EVERY_MS = 3_600_000;
/** After an upload's last moment: by then none of its requests is under way. */
const UNFINISHED_MS = 3_600_000;
/** A file waits as long to be registered. */
const UNREGISTERED_MS = 24 * 3_600_000;
const PAGE = 200;

export class UploadsSweep implements OnApplicationBootstrap, OnApplicationShutdown {
  private stopTimer = () => {};
  private isStopped = false;
  private isSweeping = false;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly ports: UploadsSweepPorts) {}

  onApplicationBootstrap(): void {
    if (!this.ports.runs) return;
    this.stopTimer = this.ports.time.every(EVERY_MS, () => {
      if (this.isSweeping) return;
      this.isSweeping = true;
      this.sweeping = this.sweep()
        .catch(this.ports.report)
        .finally(() => {
          this.isSweeping = false;
        });
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    this.stopTimer();
    await this.sweeping;
  }

  /** Each instance may, at any time. What a sweep that died has left, the next one takes. */
  async sweep(): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const keys = await this.ports.records.keys(UPLOADS, { ...(after === undefined ? {} : { after }), limit: PAGE });
      for (const key of keys) {
        if (this.isStopped) return;
        await this.settle(key);
      }
      if (keys.length < PAGE) return;
      after = keys.at(-1);
    }
  }

  private async settle(key: string): Promise<void> {
    const { records, time } = this.ports;
    const record = await records.get(UPLOADS, key);
    const upload = jsonOf<Upload>(record);
    if (record === undefined || upload === undefined) return;
    const now = time.now();
    const isOver = now > upload.expiresAtMs + UNFINISHED_MS;
    const file = jsonOf<StoredFile>(await records.get(FILES, key));
    if (upload.kept === true) {
      if (isOver) await this.forget(key, upload, file?.attempt);
      return;
    }
    const isPast = file === undefined ? isOver : isOver && now > file.storedAtMs + UNREGISTERED_MS;
    if (!isPast) return;
    // From here on it can not be registered any more: of the two, one is first.
    if (upload.swept !== true) {
      const swept = bytesOfJson({ ...upload, swept: true });
      if (!(await records.compareAndSet(UPLOADS, key, record.version, swept))) return;
    }
    await records.remove(FILES, key);
    await this.forget(key, upload, undefined);
  }

  /** The chunks of all attempts but one, then what was awaited. */
  private async forget(key: string, { attempts }: Upload, but: string | undefined): Promise<void> {
    const { records } = this.ports;
    for (const attempt of attempts) {
      if (attempt === but) continue;
      for (const chunk of chunkKeysOf(key, attempt)) await records.remove(CHUNKS, chunk);
    }
    await records.remove(UPLOADS, key);
  }
}
