import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import type { Contract } from '@tallystick/contracts';
import type { Transport } from '../port.js';
import { contractAnsweredBy } from './answers.js';
import { clientOf } from './client-of.js';

const TRANSPORT = Symbol('transport');
const ANSWERED = Symbol('contracts that the service answers');

export interface ServiceContracts {
  /** Each needs one provider of the module marked with @Answers(contract). */
  readonly answers: readonly Contract[];
  /** Only these clients are injectable in the importing module. */
  readonly calls: readonly Contract[];
}

/** Connects Nest modules to the transport: which contracts a service answers and which it calls. */
export const ContractsModule = {
  /** Once, beside the modules that use it: in `bank`, or in an app's main.ts. */
  forRoot({ transport }: { readonly transport: Transport }): DynamicModule {
    return {
      module: TransportModule,
      global: true,
      providers: [{ provide: TRANSPORT, useValue: transport }],
      exports: [TRANSPORT],
    };
  },

  /** In the imports of an app's x.module.ts. */
  forService({ answers, calls }: ServiceContracts): DynamicModule {
    const clients = calls.map((contract) => ({
      provide: clientOf(contract),
      useFactory: (transport: Transport) => transport.client(contract),
      inject: [TRANSPORT],
    }));
    return {
      module: ServiceContractsModule,
      imports: [DiscoveryModule],
      providers: [{ provide: ANSWERED, useValue: answers }, ...clients],
      exports: clients.map(({ provide }) => provide),
    };
  },
};

@Module({})
class TransportModule {}

@Module({})
class ServiceContractsModule implements OnModuleInit {
  constructor(
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(ANSWERED) private readonly answered: readonly Contract[],
    private readonly discovery: DiscoveryService,
  ) {}

  /** Services answer before any module bootstraps; calls belong in onApplicationBootstrap or later. */
  onModuleInit(): void {
    for (const contract of this.answered) this.transport.answer(contract, this.handlersOf(contract));
  }

  private handlersOf(contract: Contract): object & Parameters<Transport['answer']>[1] {
    const [wrapper, ...more] = [...this.discovery.getProviders(), ...this.discovery.getControllers()].filter(
      ({ metatype }) => typeof metatype === 'function' && contractAnsweredBy(metatype) === contract,
    );
    if (wrapper === undefined)
      throw new Error(`the module says it answers ${contract.name}, but no class has @Answers`);
    if (more.length > 0) throw new Error(`more than one class answers ${contract.name}`);
    return wrapper.instance;
  }
}
