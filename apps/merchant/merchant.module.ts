// Merchants: for other services by contract, for the staff over HTTP.
import { Module } from '@nestjs/common';
import { merchantContract } from '@tallystick/contracts';
import { ContractsModule } from '@tallystick/transport/nest';
import { MerchantController } from './merchant.controller.js';
import { StaffMerchantRoutes } from './staff.routes.js';

@Module({
  imports: [ContractsModule.forService({ answers: [merchantContract], calls: [merchantContract] })],
  providers: [MerchantController, StaffMerchantRoutes],
})
export class MerchantModule {}
