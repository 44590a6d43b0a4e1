// The customers' door of the embedded bank: in front of its own services, and of a second set of them for the big switch.
import type { DynamicModule } from '@nestjs/common';
import { defaultRateLimit, type RateLimit } from '@tallystick/customer-api';
import type { Transport } from '@tallystick/transport';
import type { Service } from '@tallystick/transport/service';
import { ApiModule, type ApiOptions } from '../api/api.module.js';
import { defaultApi } from '../api/configuration.js';
import { type AuthConfiguration, defaultAuth } from '../auth/configuration.js';
import { CardApiModule } from '../card-api/card-api.module.js';
import { defaultCardApi } from '../card-api/configuration.js';
import { defaultEdge } from '../edge-proxy/configuration.js';
import { EdgeProxy, EdgeProxyModule } from '../edge-proxy/edge-proxy.module.js';
import { WebhookApiModule } from '../webhook-api/webhook-api.module.js';
import type { Engine } from './engine.js';
import { openSecondStack } from './second-stack.js';

export interface EdgeOptions {
  readonly host: string;
  /** Where customers' programs connect; 0 for any free one. Without it there is no edge. */
  readonly edgePort?: number;
  /** Requests a second of one token; ten times as many at once. */
  readonly edgeRate?: number;
  /** Whether there is a second stack behind the edge, for the big switch. */
  readonly secondStack?: boolean;
  readonly report: (error: unknown) => void;
}

const BURST_SECONDS = 10;

/** Behind the edge the address of whoever logs in is the one that it names. */
export function authBehind(doors: EdgeOptions | undefined): AuthConfiguration {
  return doors?.edgePort === undefined ? defaultAuth : { ...defaultAuth, proxies: 1 };
}

/** What customers' programs reach, and the edge where there is to be one. */
export function customerModules(keys: ApiOptions['keys'], doors: EdgeOptions | undefined): DynamicModule[] {
  if (doors?.edgePort === undefined) return [ApiModule.with({ keys }), CardApiModule.with(), WebhookApiModule.with()];
  // No load balancer has to notice that this edge goes.
  const configuration = {
    ...defaultEdge,
    host: doors.host,
    port: doors.edgePort,
    drainMs: 0,
    rateLimit: rateOf(doors),
  };
  // The edge counts requests.
  const api = ApiModule.with({ keys, configuration: { ...defaultApi, rateLimit: undefined } });
  const cardApi = CardApiModule.with({ ...defaultCardApi, rateLimit: undefined });
  const webhookApi = WebhookApiModule.with({ rateLimit: undefined });
  return [api, cardApi, webhookApi, EdgeProxyModule.with({ configuration })];
}

function rateOf({ edgeRate }: EdgeOptions): RateLimit {
  return edgeRate === undefined ? defaultRateLimit : { burst: edgeRate * BURST_SECONDS, perSecond: edgeRate };
}

export interface OpenEdge {
  readonly url: string;
  /** From the outside in: what is under way still finds its services. */
  close(): Promise<void>;
}

/** @param url of the bank's own services. @throws Error where the port is taken */
export async function openEdge(
  { app }: Service,
  url: string,
  parts: { readonly engine: Engine; readonly transport: Transport; readonly options: EdgeOptions },
): Promise<OpenEdge | undefined> {
  const { engine, transport, options } = parts;
  if (options.edgePort === undefined) return undefined;
  const edge = app.get(EdgeProxy, { strict: false });
  const second = options.secondStack === true ? await openSecondStack(engine, transport, options) : undefined;
  // One process answers for all services.
  const first = Object.fromEntries(EdgeProxy.SERVICES.map((service) => [service, [url]]));
  try {
    const edgeUrl = await edge.open({ first, second: second?.addresses });
    return {
      url: edgeUrl,
      async close() {
        await edge.close();
        await second?.service.stop();
      },
    };
  } catch (error) {
    await second?.service.stop();
    throw error;
  }
}
