// The two stacks of services behind the edge.
export type StackName = 'first' | 'second';

/** Base URLs of a service's instances, by service. */
export type StackAddresses = Readonly<Record<string, readonly string[]>>;

export interface Stacks {
  readonly first: StackAddresses;
  /** What it does not name is the first one's. Left out where there is no second stack. */
  readonly second?: StackAddresses | undefined;
}
