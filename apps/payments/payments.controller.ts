import { Inject, Injectable } from '@nestjs/common';
import { type ClientOf, ledgerContract, paymentsContract } from '@tallystick/contracts';
import { Answers, clientOf, RECORDS } from '@tallystick/transport/nest';
import type { Records } from '@tallystick/views';
import { Payments, type SealPersonal } from './payments.js';

/** Injected as SealPersonal. */
export const SEAL_PERSONAL = Symbol('seal of personal text');

@Injectable()
@Answers(paymentsContract)
export class PaymentsController extends Payments {
  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(RECORDS) records: Records,
    @Inject(SEAL_PERSONAL) seal: SealPersonal,
  ) {
    super({ ledger, records, seal });
  }
}
