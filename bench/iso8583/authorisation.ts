// The authorisation that is measured: twenty data elements, as card networks send them.
import type { Iso8583Message } from '@tallystick/iso8583';

interface Told {
  readonly card: string;
  /** Pence. */
  readonly amount: number;
  /** System trace audit number, up to six digits. */
  readonly stan: number;
  /** Retrieval reference, twelve characters. */
  readonly reference: string;
}

export function authorisation({ card, amount, stan, reference }: Told): Iso8583Message {
  return {
    mti: '0100',
    fields: {
      2: card,
      3: '000000',
      4: String(amount).padStart(12, '0'),
      7: '0501120000',
      11: String(stan).padStart(6, '0'),
      12: '130000',
      13: '0501',
      14: '2912',
      18: '5411',
      19: '826',
      22: '071',
      25: '00',
      32: '400001',
      37: reference,
      41: 'TERM0001',
      42: 'CORNERSHOP00001',
      43: 'Corner Shop              London       GB',
      49: '826',
      60: '0000000000',
      61: '0000000000000',
    },
  };
}
