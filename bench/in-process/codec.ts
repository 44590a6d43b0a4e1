// A process of its own: decodes and encodes one authorisation of twenty data elements; the third pass is the one that counts. Prints one
// line of JSON.
import { compile, tallystick } from '@tallystick/iso8583';

const PASSES = 3;
const PASS_MS = 2_000;
const ROUND = 1_000;

const codec = compile(tallystick);
const bytes = codec.encode({
  mti: '0100',
  fields: {
    2: '5555555555554444',
    3: '000000',
    4: '000000001250',
    7: '0501120000',
    11: '000001',
    12: '130000',
    13: '0501',
    14: '2912',
    18: '5411',
    19: '826',
    22: '071',
    25: '00',
    32: '400001',
    37: '612112000001',
    41: 'TERM0001',
    42: 'CORNERSHOP00001',
    43: 'Corner Shop              London       GB',
    49: '826',
    60: '0000000000',
    61: '0000000000000',
  },
});
let perSecond = 0;
for (let pass = 0; pass < PASSES; pass++) {
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < PASS_MS) {
    for (let i = 0; i < ROUND; i++) codec.encode(codec.decode(bytes));
    count += ROUND;
  }
  perSecond = (count / (performance.now() - started)) * 1_000;
}
process.stdout.write(`${JSON.stringify({ perSecond, bytes: bytes.length })}\n`);
