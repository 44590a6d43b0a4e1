// A process of its own: decodes and encodes one authorisation of twenty data elements; the third pass is the one that counts. Prints one
// line of JSON.
import { compile, tallystick } from '@tallystick/iso8583';
import { authorisation } from '../iso8583/authorisation.js';

const PASSES = 3;
const PASS_MS = 2_000;
const ROUND = 1_000;

const codec = compile(tallystick);
const bytes = codec.encode(
  authorisation({ card: '5555555555554444', amount: 1_250, stan: 1, reference: '612112000001' }),
);
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
