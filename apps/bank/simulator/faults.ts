// What goes wrong, how often, and how often it did.

export const FAULTS = {
  crash: 'a process was killed at an await and restarted',
  'crash-of-all': 'every process was killed at once',
  'torn-append': 'of the appends under way at a crash some were stored and the rest not',
  'late-write': 'a write of a killed process took effect after its successor had started',
  'torn-views': 'a part of the rows of a batch was written before a crash',
  'lost-acknowledgement': 'stored, and the writer was not told',
  'lost-request': 'not stored, and the writer was not told',
  'refused-append': 'the journal refused an append',
  'slow-store': 'a store took a hundred times as long',
  'failed-record': 'a record could not be written',
  'failed-views': 'the views could not be written',
  'lost-answer': 'the ledger decided, and its answer did not arrive',
  'repeated-request': 'the network delivered a request twice',
  'late-request': 'a request of a process of the bank came again long after it was answered',
  'stale-instance': 'a command went to the instance that had not seen the newest events',
  'clock-step': 'the clock of an instance was set forwards or back',
  'repeated-delivery': 'the bus delivered a batch again',
  'redelivery-from-before': 'the bus delivered again from an earlier position',
  'broken-subscription': 'a subscription to the journal broke off',
  'absent-snapshot': 'the snapshots were gone at a restart',
  'stale-snapshot': 'an old snapshot was there at a restart',
  'repeated-message': 'a message from outside came again with the same content',
  'changed-message': 'a message from outside came again with other content',
  'late-message': 'a message from outside came after one that it should precede',
} as const;

export type Fault = keyof typeof FAULTS;

/** Rates per million occasions. */
export const RATES = {
  crash: 200,
  /** Of the bank's rarer writes: views, checkpoints, snapshots. */
  crashInWrite: 4_000,
  crashOfAll: 150_000,
  lateWrite: 400_000,
  lostAcknowledgement: 8_000,
  lostRequest: 5_000,
  refusedAppend: 4_000,
  slowStore: 4_000,
  failedRecord: 8_000,
  failedViews: 15_000,
  lostAnswer: 15_000,
  repeatedRequest: 15_000,
  lateRequest: 100_000,
  clockStep: 100_000,
  repeatedDelivery: 50_000,
  redeliveryFromBefore: 50_000,
  brokenSubscription: 10_000,
  absentSnapshot: 200_000,
  staleSnapshot: 300_000,
} as const;

export class FaultCounts {
  readonly counts = new Map<Fault, number>();
  /** Off while the world comes to rest. */
  on = true;

  count(fault: Fault): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
  }
}
