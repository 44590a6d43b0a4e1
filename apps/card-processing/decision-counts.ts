import { Counter, type Registry } from 'prom-client';
import type { Answered } from './answers.js';

/** How the gateway answered. Counted in plain maps: prom-client builds and hashes a label object per call, which here is per authorisation. */
export class DecisionCounts {
  private readonly byDecision = new Map<string, Map<string, number>>();

  constructor(registry: Registry) {
    const { byDecision } = this;
    new Counter({
      name: 'gateway_answers_total',
      help: 'Messages of the card gateway by decision and reason; refused are those that reached no decision',
      labelNames: ['decision', 'reason'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [decision, reasons] of byDecision)
          for (const [reason, count] of reasons) this.inc({ decision, reason }, count);
      },
    });
  }

  count(answered: Answered): void {
    const decision = answered.kind === 'refused' ? 'refused' : answered.decision;
    const reason = answered.kind === 'refused' ? answered.code : (answered.reason ?? '');
    let reasons = this.byDecision.get(decision);
    if (reasons === undefined) {
      reasons = new Map();
      this.byDecision.set(decision, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
