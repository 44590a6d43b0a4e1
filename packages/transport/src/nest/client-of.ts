import type { Contract } from '@tallystick/contracts';

/**
 * The injection token of a contract's client: `@Inject(clientOf(ledger)) private readonly ledger: ClientOf<typeof ledger>`.
 * Only modules that declare the call can inject it.
 */
export function clientOf(contract: Contract): symbol {
  return Symbol.for(`tallystick client of ${contract.name}`);
}
