// Where customers' programs say what they want to be told of.
import { type DynamicModule, Module } from '@nestjs/common';
import { accountsContract, authContract, ledgerContract, webhookContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { defaultWebhookApi, type WebhookApiConfiguration } from './configuration.js';
import { WEBHOOK_API_CONFIGURATION, WebhookApiHttp } from './webhook-api.http.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class WebhookApiModule {
  static with(configuration: WebhookApiConfiguration = defaultWebhookApi): DynamicModule {
    const calls = [accountsContract, authContract, ledgerContract, webhookContract];
    return {
      module: WebhookApiModule,
      imports: [ContractsModule.forService({ answers: [], calls })],
      providers: [{ provide: WEBHOOK_API_CONFIGURATION, useValue: configuration }, WebhookApiHttp],
    };
  }
}
