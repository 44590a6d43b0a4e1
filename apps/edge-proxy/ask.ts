// A request that the edge itself makes of a service, its answer taken as a whole.
import { CallScope, type DeadlineWheel } from '@tallystick/transport';
import type { Copied } from './caller.js';
import { type Forwarded, type ForwardPorts, forward, type Sink } from './forward.js';

export interface AskPorts {
  readonly forwarding: ForwardPorts;
  readonly wheel: DeadlineWheel;
  readonly patienceMs: number;
  readonly bytesMax: number;
}

/** @returns undefined where there is no answer, or one that is too long */
export async function ask(request: Forwarded, ports: AskPorts): Promise<Copied | undefined> {
  const parts: Buffer[] = [];
  let status = 0;
  let bytes = 0;
  const sink: Sink = {
    begin: (given) => {
      status = given;
    },
    write: (part) => {
      bytes += part.length;
      if (bytes <= ports.bytesMax) parts.push(part);
      return true;
    },
    onDrain: () => {},
    end: () => {},
  };
  const deadline = ports.wheel.now() + ports.patienceMs;
  const scope = new CallScope({ deadline, correlationId: '', actor: 'edge-proxy' });
  const guard = ports.wheel.guard(scope);
  const { kind } = await forward(request, sink, scope, ports.forwarding);
  guard.leave();
  return kind === 'answered' && bytes <= ports.bytesMax ? { status, body: Buffer.concat(parts) } : undefined;
}
