// A ring of links: joining and leaving cost the same however many there are, and no array is searched.

export class Link<Value> {
  private previous: Link<Value> = this;
  private next: Link<Value> = this;

  constructor(readonly value: Value) {}

  /** Puts this link at the end of the ring that starts at `head`. */
  join(head: Link<Value>): void {
    this.previous = head.previous;
    this.next = head;
    head.previous.next = this;
    head.previous = this;
  }

  /** Leaves its ring; harmless outside of one. */
  leave(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
  }

  isAlone(): boolean {
    return this.next === this;
  }

  /** The link after this one, this one excluded. */
  after(): Link<Value> | undefined {
    return this.next === this ? undefined : this.next;
  }
}
