import { Module } from '@nestjs/common';
import { ledgerContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { LedgerController } from './ledger.controller.js';
import { LedgerProcesses } from './ledger.processes.js';

export { LedgerProcesses } from './ledger.processes.js';

@Module({
  imports: [ContractsModule.forService({ answers: [ledgerContract], calls: [ledgerContract] })],
  providers: [LedgerController, LedgerProcesses],
})
export class LedgerModule {}
