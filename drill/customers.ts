// Who the drill's customers are, and what they have open.

export interface Customer {
  readonly id: string;
  readonly card: string;
  readonly overdraft: number;
  ledger: number;
}

export interface Authorisation {
  readonly id: string;
  readonly customer: Customer;
  authorised: number;
  cleared: number;
  closed: boolean;
}
