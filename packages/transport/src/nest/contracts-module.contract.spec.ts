import { describe, expect, it } from '@jest/globals';
import { type DynamicModule, Inject, Injectable, Module, type Type as NestType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Type } from '@sinclair/typebox';
import { type ClientOf, defineContract, type HandlersOf, method } from '@tallystick/contracts';
import { CallScope } from '../call-scope.js';
import { inProcessTransport } from '../in-process/index.js';
import { systemTime } from '../time.js';
import { Answers, ContractsModule, clientOf } from './index.js';

const text = Type.Object({ text: Type.String() });
const echo = defineContract('echo', {
  say: method({ request: text, response: text, idempotent: true, mutates: false }),
});
const other = defineContract('other', { say: echo.methods.say });

@Injectable()
@Answers(echo)
class EchoController implements HandlersOf<typeof echo> {
  private readonly suffix = '!';
  async say(request: { readonly text: string }) {
    return { text: request.text + this.suffix };
  }
}

@Module({ imports: [ContractsModule.forService({ answers: [echo], calls: [] })], providers: [EchoController] })
class EchoModule {}

@Injectable()
class Caller {
  constructor(@Inject(clientOf(echo)) readonly echoing: ClientOf<typeof echo>) {}
}

@Module({ imports: [ContractsModule.forService({ answers: [], calls: [echo] })], providers: [Caller] })
class CallerModule {}

@Module({ imports: [ContractsModule.forService({ answers: [], calls: [other] })], providers: [Caller] })
class UndeclaredCallerModule {}

@Module({ imports: [ContractsModule.forService({ answers: [other], calls: [] })], providers: [EchoController] })
class UnansweredModule {}

function start(...modules: NestType[]) {
  const random = (byteCount: number) => new Uint8Array(byteCount).fill(1);
  const transport = inProcessTransport({ mode: 'bytes', time: systemTime, random, report: () => undefined });
  class Bank {}
  const bank: DynamicModule = { module: Bank, imports: [ContractsModule.forRoot({ transport }), ...modules] };
  return NestFactory.createApplicationContext(bank, { logger: false, abortOnError: false });
}

describe('modules connected by contracts', () => {
  it('call each other through the transport', async () => {
    const app = await start(EchoModule, CallerModule);
    const context = new CallScope({ deadline: Number.POSITIVE_INFINITY, correlationId: 'c', actor: 'a' });
    expect(await app.get(Caller).echoing.say({ text: 'hello' }, context)).toEqual({ text: 'hello!' });
    await app.close();
  });

  it('can not inject a client that they did not declare', async () => {
    await expect(start(EchoModule, UndeclaredCallerModule)).rejects.toThrow('tallystick client of echo');
  });

  it('do not start when no class answers what they declare', async () => {
    await expect(start(UnansweredModule)).rejects.toThrow('says it answers other, but no class has @Answers');
  });
});
