// Asks the other stack what the caller was answered by one, and looks whether it says the same: off the caller's path.
import type { Random, Time } from '@tallystick/transport';
import { type AskPorts, ask } from './ask.js';
import type { BigSwitch } from './big-switch.js';
import type { Copied } from './caller.js';
import type { ShadowSettings } from './configuration.js';
import type { Forwarded } from './forward.js';
import { differingPaths } from './json-differences.js';
import type { StackName } from './stacks.js';
import type { Upstreams } from './upstreams.js';

/**
 * `same`; `explained`: the same when both were asked again, so one had only seen less; `unsettled`: the answer changed all the time;
 * `unexplained`: both stayed with what they say; `unanswered`: a stack gave no answer; `too_long`, `left_out`: not compared.
 */
export type Compared = 'same' | 'explained' | 'unsettled' | 'unexplained' | 'unanswered' | 'too_long' | 'left_out';

export interface Difference {
  /** RFC 3339. */
  readonly at: string;
  readonly trace_id: string;
  readonly service: string;
  /** Ids and values of parameters left out: `/transactions/{id}?expand[]`. */
  readonly request: string;
  /** Which stack the caller was answered by. */
  readonly answered_by: StackName;
  readonly status: number;
  readonly other_status: number;
  /** Where the bodies differ; empty where only the statuses do. */
  readonly paths: readonly string[];
}

export interface ShadowPorts {
  readonly settings: ShadowSettings;
  readonly bigSwitch: Pick<BigSwitch, 'current'>;
  readonly upstreams: Pick<Upstreams, 'hasSecond'>;
  readonly asking: Omit<AskPorts, 'bytesMax'>;
  readonly time: Time;
  readonly random: Random;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly onCompared: (outcome: Compared) => void;
  readonly report: (error: unknown) => void;
}

type Request = Omit<Forwarded, 'body'>;

export class ShadowCompare {
  private inFlight = 0;
  private closed = false;
  private readonly differences: Difference[] = [];

  constructor(private readonly ports: ShadowPorts) {}

  /** Whether the answer to a GET that begins now is to be compared. */
  draws(): boolean {
    const { shadow_per_mille: share } = this.ports.bigSwitch.current();
    if (share === 0 || this.closed || !this.ports.upstreams.hasSecond()) return false;
    const [high = 0, low = 0] = this.ports.random(2);
    if (((high * 256 + low) * 1_000) / 65_536 >= share) return false;
    if (this.inFlight < this.ports.settings.inFlightMax) return true;
    this.ports.onCompared('left_out');
    return false;
  }

  /** @param answered what the caller got; undefined where it was too long to be kept */
  compare(request: Request, answered: Copied | undefined): void {
    if (answered === undefined) return this.ports.onCompared('too_long');
    this.inFlight++;
    void this.outcome(request, answered)
      .catch((error): Compared => {
        this.ports.report(error);
        return 'unanswered';
      })
      .then((outcome) => {
        this.inFlight--;
        this.ports.onCompared(outcome);
      });
  }

  /** The newest last. */
  reported(): readonly Difference[] {
    return this.differences;
  }

  /** No more comparisons; those under way end unheard. */
  close(): void {
    this.closed = true;
  }

  private async outcome(request: Request, answered: Copied): Promise<Compared> {
    const other = otherThan(request.stack);
    let outcome: Compared = 'unexplained';
    let [mine, theirs] = [answered, await this.ask(request, other)];
    if (theirs === undefined) return 'unanswered';
    if (isSame(mine, theirs)) return 'same';
    for (const pauseMs of this.ports.settings.pausesMs) {
      await this.ports.pause(pauseMs);
      // Asked before and after the other: what changes meanwhile is no difference.
      const before = await this.ask(request, request.stack);
      const between = await this.ask(request, other);
      const after = await this.ask(request, request.stack);
      if (before === undefined || between === undefined || after === undefined) return 'unanswered';
      if (isSame(between, before) || isSame(between, after)) return 'explained';
      outcome = isSame(before, after) ? 'unexplained' : 'unsettled';
      [mine, theirs] = [after, between];
    }
    if (outcome === 'unexplained') this.note(request, mine, theirs);
    return outcome;
  }

  private ask(request: Request, stack: StackName): Promise<Copied | undefined> {
    return ask({ ...request, stack, body: null }, { ...this.ports.asking, bytesMax: this.ports.settings.bytesMax });
  }

  private note({ stack, service, path, headers }: Request, mine: Copied, theirs: Copied): void {
    const { time, settings } = this.ports;
    this.differences.push({
      at: new Date(time.now()).toISOString(),
      trace_id: headers[headers.indexOf('traceparent') + 1]?.slice(3, 35) ?? '',
      service,
      request: withoutValues(path),
      answered_by: stack,
      status: mine.status,
      other_status: theirs.status,
      paths: pathsOf(mine.body, theirs.body),
    });
    if (this.differences.length > settings.reportedMax) this.differences.shift();
  }
}

function otherThan(stack: StackName): StackName {
  return stack === 'first' ? 'second' : 'first';
}

/** By status and JSON: how a document is written makes no difference. */
function isSame(one: Copied, other: Copied): boolean {
  if (one.status !== other.status) return false;
  return one.body.equals(other.body) || pathsOf(one.body, other.body).length === 0;
}

function pathsOf(one: Buffer, other: Buffer): string[] {
  return one.equals(other) ? [] : differingPaths(jsonOf(one), jsonOf(other));
}

/** What is no JSON is compared as it is. */
function jsonOf(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Ids have digits or underscores; names of paths have neither. */
function withoutValues(target: string): string {
  const [path = '', query = ''] = target.split('?', 2);
  const shown = path.replaceAll(/[^/]*[_\d%][^/]*/g, '{id}');
  const names = [...new URLSearchParams(query).keys()].map((name) => (/^[a-z_]+(\[\])?$/.test(name) ? name : '*'));
  return names.length === 0 ? shown : `${shown}?${[...new Set(names)].sort().join('&')}`;
}
