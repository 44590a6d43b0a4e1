// The only public door of the customer API.

import { setTimeout } from 'node:timers/promises';
import { type DynamicModule, Module } from '@nestjs/common';
import { authContract, type ClientOf } from '@tallystick/contracts';
import { DEVELOPERS_PAGE } from '@tallystick/customer-api';
import type { Random, Time } from '@tallystick/transport';
import { ContractsModule, clientOf, RANDOM, RECORDS, REPORT, SECRETS, TIME } from '@tallystick/transport/nest';
import { CustomerToken, HttpRoutes, Readiness, type Secrets, StaffToken } from '@tallystick/transport/service';
import type { Records } from '@tallystick/views';
import { Registry } from 'prom-client';
import { BigSwitch } from './big-switch.js';
import type { EdgeConfiguration } from './configuration.js';
import { EdgeMetrics } from './edge-metrics.js';
import { EdgeProxy } from './edge-proxy.js';
import type { Stacks } from './stacks.js';
import { addSwitchRoutes } from './switch.routes.js';

export { EdgeProxy } from './edge-proxy.js';
export type { StackAddresses, Stacks } from './stacks.js';

export interface EdgeProxyOptions {
  readonly configuration: EdgeConfiguration;
  /** Where the services answer; left out where that is not known yet: `EdgeProxy.open` is told later. */
  readonly stacks?: Stacks;
  /** Pages for people, such as `/developers`: HTML by path. */
  readonly pages?: Readonly<Record<string, string>>;
}

const STAFF_SIDE = Symbol('what the staff see of the edge');

const PAGES = { '/developers': DEVELOPERS_PAGE };

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class EdgeProxyModule {
  static with({ configuration, stacks, pages = PAGES }: EdgeProxyOptions): DynamicModule {
    return {
      module: EdgeProxyModule,
      imports: [ContractsModule.forService({ answers: [], calls: [authContract] })],
      providers: [
        {
          provide: BigSwitch,
          useFactory: (records: Records, time: Time, report: (error: unknown) => void) =>
            new BigSwitch({ records, time, report, pollMs: configuration.switchPollMs }),
          inject: [RECORDS, TIME, REPORT],
        },
        {
          provide: EdgeProxy,
          useFactory: (
            auth: ClientOf<typeof authContract>,
            secrets: Secrets,
            bigSwitch: BigSwitch,
            registry: Registry,
            time: Time,
            random: Random,
            report: (error: unknown) => void,
          ) => {
            const metrics = new EdgeMetrics(registry);
            const customers = new CustomerToken(secrets);
            const pause = (milliseconds: number) => setTimeout(milliseconds, undefined);
            const parts = { configuration, stacks, pages, auth, customers, bigSwitch, metrics };
            return new EdgeProxy({ ...parts, time, random, pause, report });
          },
          inject: [clientOf(authContract), SECRETS, BigSwitch, Registry, TIME, RANDOM, REPORT],
        },
        {
          provide: STAFF_SIDE,
          useFactory: (
            routes: HttpRoutes,
            readiness: Readiness,
            secrets: Secrets,
            bigSwitch: BigSwitch,
            edge: EdgeProxy,
          ) => {
            readiness.register('door', () => edge.checkReady());
            addSwitchRoutes(routes, {
              staff: new StaffToken(secrets),
              bigSwitch,
              hasSecond: () => edge.hasSecondStack(),
              shadow: () => edge.shadow(),
            });
          },
          inject: [HttpRoutes, Readiness, SECRETS, BigSwitch, EdgeProxy],
        },
      ],
    };
  }
}
