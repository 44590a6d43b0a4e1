// What the driver (4.10.0) gets wrong when all its nodes go away, put right from outside. Each names members that its types leave out;
// driver-repairs.unit.spec.ts fails where a newer driver no longer has them: look then whether it still needs this.
import { setTimeout } from 'node:timers';
import type { Client } from 'cassandra-driver';

const AGAIN_MS = 500;

/** To be called before the client connects. */
export function repairDriver(client: Client): void {
  endForgottenHosts(client);
  refreshOneAtATime(client);
}

/** The driver puts new hosts in the place of those it knew, and forgets these without ending them: they would connect again for ever. */
function endForgottenHosts(client: Client): void {
  client.on('hostRemove', (host: object) => {
    const shutdown: unknown = Reflect.get(host, 'shutdown');
    if (typeof shutdown === 'function') Reflect.apply(shutdown, host, [true]);
  });
}

/**
 * One lost connection makes the control connection look for another twice at a time; the two take each other's connection away, and the
 * process ends with an unhandled TypeError (NODEJS-681, open). Here the second begins when the first has ended.
 */
function refreshOneAtATime(client: Client): void {
  const control: unknown = Reflect.get(client, 'controlConnection');
  if (typeof control !== 'object' || control === null) return;
  const refresh: unknown = Reflect.get(control, '_refresh');
  if (typeof refresh !== 'function') return;
  let isUnderWay = false;
  let isWantedAgain = false;
  const refreshAlone = async (): Promise<void> => {
    if (isUnderWay) {
      isWantedAgain = true;
      return;
    }
    isUnderWay = true;
    isWantedAgain = false;
    try {
      await Reflect.apply(refresh, control, []);
    } catch {
      // It tells of no failure but by giving up.
      setTimeout(refreshAlone, AGAIN_MS).unref();
    } finally {
      isUnderWay = false;
    }
    if (isWantedAgain) await refreshAlone();
  };
  // Called with what is left of a query plan, it is the rest of one that is under way.
  const repaired = (plan?: unknown) => (plan === undefined ? refreshAlone() : Reflect.apply(refresh, control, [plan]));
  Reflect.set(control, '_refresh', repaired);
}
