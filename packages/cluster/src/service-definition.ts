import type { DynamicModule, Type } from '@nestjs/common';
import type { BookDate } from '@tallystick/contracts';
import type { Journal } from '@tallystick/journal';
import type { Micros } from '@tallystick/ledger-core';
import type { Random, Time } from '@tallystick/transport';
import type { Secrets } from '@tallystick/transport/service';
import type { Projection } from '@tallystick/views';
import type { RecordKeys } from '@tallystick/views/record-keys';
import type { ClusterConfiguration } from './configuration.js';

/**
 * A server that a service can't do without: `keys` are the customers' keys, in a keyspace of their own because several services seal and
 * open with them.
 */
export type Need = 'journal' | 'bus' | 'views' | 'records' | 'keys';

/** What a service's module may be configured with. */
export interface ServiceParts {
  readonly configuration: ClusterConfiguration;
  readonly secrets: Secrets;
  readonly clock: () => Micros;
  readonly bookDate: BookDate;
  readonly time: Time;
  readonly random: Random;
  /** Which partition of the bus an account's events are in. @throws where the service needs no bus and no views */
  partitionOf(accountId: string): number;
  /** @throws where the service does not need it */
  journal(): Journal;
  /** Seal and open customers' text. @throws where the service does not need them */
  keys(): RecordKeys;
}

export interface ServiceDefinition {
  /** As in apps/. */
  readonly name: string;
  readonly needs: readonly Need[];
  readonly module: (parts: ServiceParts) => Type | DynamicModule;
  /** The views that this service keeps. */
  readonly projections?: readonly Projection[];
  /** Secrets beyond those for staff and customers. */
  readonly secretNames?: readonly string[];
  /** Whose views it reads; its own where left out. */
  readonly readsViewsOf?: string;
}
