import { Inject, Injectable } from '@nestjs/common';
import { accountsContract, type ClientOf, ledgerContract, paymentsContract } from '@tallystick/contracts';
import { Answers, clientOf, FRESHNESS, RECORDS, VIEWS } from '@tallystick/transport/nest';
import type { Freshness, Records, ViewReader } from '@tallystick/views';
import { type OpenPersonal, OutboundPayments } from './iso20022/outbound.js';
import { Payments } from './payments.js';
import type { SealPersonal } from './personal.js';
import { Schedules } from './schedules.js';

/** Injected as SealPersonal. */
export const SEAL_PERSONAL = Symbol('seal of personal text');
/** Injected as OpenPersonal. */
export const OPEN_PERSONAL = Symbol('opener of personal text');

@Injectable()
@Answers(paymentsContract)
export class PaymentsController extends Payments {
  readonly pay: OutboundPayments['pay'];
  readonly payment: OutboundPayments['payment'];
  readonly paymentsInFlight: OutboundPayments['paymentsInFlight'];
  readonly schedulePayment: Schedules['schedulePayment'];
  readonly cancelSchedule: Schedules['cancelSchedule'];
  readonly schedules: Schedules['schedules'];

  constructor(
    @Inject(clientOf(ledgerContract)) ledger: ClientOf<typeof ledgerContract>,
    @Inject(clientOf(accountsContract)) accounts: ClientOf<typeof accountsContract>,
    @Inject(RECORDS) records: Records,
    @Inject(VIEWS) views: ViewReader,
    @Inject(FRESHNESS) freshness: Freshness,
    @Inject(SEAL_PERSONAL) seal: SealPersonal,
    @Inject(OPEN_PERSONAL) open: OpenPersonal,
  ) {
    super({ ledger, records, seal });
    const outbound = new OutboundPayments({ ledger, accounts, records, seal, open });
    this.pay = outbound.pay;
    this.payment = outbound.payment;
    this.paymentsInFlight = outbound.paymentsInFlight;
    const scheduled = new Schedules({ ledger, accounts, records, views, freshness, seal });
    this.schedulePayment = scheduled.schedulePayment;
    this.cancelSchedule = scheduled.cancelSchedule;
    this.schedules = scheduled.schedules;
  }
}
