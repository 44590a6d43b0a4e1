// What was counted over a run, and what the bank said otherwise than the lifecycles have it.
import type { Card } from './cards.js';

export interface Finding {
  readonly card: Card;
  readonly what: string;
}

const FINDINGS_MOST = 100;

export class Tally {
  readonly stories = new Map<string, number>();
  /** Authorisations, by DE39. */
  readonly answers = new Map<string, number>();
  /** Lines of clearing files, by type and, for those that were not posted, code. */
  readonly lines = new Map<string, number>();
  /** The first of them. */
  readonly findings: Finding[] = [];
  begun = 0;
  finished = 0;
  /** Authorisations whose answer was lost and that were taken back instead of repeated. */
  givenUp = 0;

  decided(responseCode: string): void {
    add(this.answers, responseCode);
  }

  presented(type: string, refusal: string | undefined): void {
    add(this.lines, refusal === undefined ? type : `${type} ${refusal}`);
  }

  told(story: string): void {
    add(this.stories, story);
    this.finished++;
  }

  finding(card: Card, what: string): void {
    if (this.findings.length < FINDINGS_MOST) this.findings.push({ card, what });
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
