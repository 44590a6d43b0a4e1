// The services that customers reach through the edge, once more in the same process, on the same journal, records and views: for the
// demonstration of the big switch. Both are of one release here; in a cluster the second stack's addresses may be another's.
import { randomBytes } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Transport } from '@tallystick/transport';
import { ContractsModule } from '@tallystick/transport/nest';
import { createService, type Service } from '@tallystick/transport/service';
import { RecordKeys } from '@tallystick/views/record-keys';
import { Registry } from 'prom-client';
import { ApiModule } from '../api/api.module.js';
import { defaultApi } from '../api/configuration.js';
import { CardApiModule } from '../card-api/card-api.module.js';
import { defaultCardApi } from '../card-api/configuration.js';
import type { StackAddresses } from '../edge-proxy/edge-proxy.module.js';
import { WebhookApiModule } from '../webhook-api/webhook-api.module.js';
import type { Engine } from './engine.js';

/** What its answers are marked with. */
const MARK = { name: 'x-stack', value: 'second' };

export interface SecondStack {
  readonly service: Service;
  readonly addresses: StackAddresses;
}

@Module({})
class SecondStackModule {}

/** Ledger, payments and all that decides are asked through their contracts: they are there once. */
export async function openSecondStack(
  engine: Engine,
  transport: Transport,
  { host, report }: { readonly host: string; readonly report: (error: unknown) => void },
): Promise<SecondStack> {
  const keys = new RecordKeys(engine.answeringRecords, randomBytes);
  const module: DynamicModule = {
    module: SecondStackModule,
    imports: [
      engine.module(),
      ContractsModule.forRoot({ transport }),
      ApiModule.with({ keys, configuration: { ...defaultApi, rateLimit: undefined } }),
      CardApiModule.with({ ...defaultCardApi, rateLimit: undefined }),
      WebhookApiModule.with({ rateLimit: undefined }),
    ],
  };
  const service = await createService({
    module,
    title: { title: 'Tallystick, second stack', version: '0.1.0' },
    host,
    port: 0,
    metrics: new Registry(),
    report,
  });
  service.fastify.addHook('onRequest', (_request, reply, done) => {
    reply.header(MARK.name, MARK.value);
    done();
  });
  const url = await service.start();
  return { service, addresses: { api: [url], 'card-api': [url], 'webhook-api': [url] } };
}
