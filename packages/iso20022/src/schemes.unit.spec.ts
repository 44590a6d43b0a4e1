// The messages of two schemes: RTP of The Clearing House, and FedNow.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Iso20022Error, iso20022, type Message } from './index.js';

const SAMPLES = fileURLToPath(new URL('../../../../shared/data/iso20022/', import.meta.url));
const { parse, write } = iso20022(() => 2);
const read = (file: string) => readFileSync(SAMPLES + file);

function statusesOf(message: Message) {
  if (message.id !== 'pacs.002.001.10') throw new Error('this is no status report');
  return (message.body.FIToFIPmtStsRpt.TxInfAndSts ?? []).map(({ TxSts }) => TxSts);
}

const known: readonly [string, readonly string[]][] = [
  ['rtp/pacs002.ACTC.xml', ['ACTC']],
  ['rtp/pacs002.RJCT.xml', ['RJCT']],
  ['fednow/fednow-sample-message-outgoing-pacs002.xml', ['ACSC']],
  ['fednow/fednow-sample-message-pacs002.xml', ['ACTC']],
  // Names no payment: the schema asks for the group header alone.
  ['fednow/fednow_incoming.xml', []],
];

const refusals: Readonly<Record<string, string>> = {
  'camt053/camt053.v2.five.decimals.json': 'not_xml',
  'camt053/camt053.v2.multi.statement.json': 'not_xml',
  'camt053/camt053.v4.json': 'not_xml',
  'camt053/camt053.v8.json': 'not_xml',
  'camt053/camt054.v8.json': 'not_xml',
  'rtp/head001.nosignature.xml': 'no_message',
  'rtp/head001.signature.xml': 'no_message',
};

(existsSync(SAMPLES) ? describe : describe.skip)('the samples of the schemes', () => {
  it('have a credit transfer for an account in dollars', () => {
    const message = parse(read('rtp/pacs008.xml'));
    if (message.id !== 'pacs.008.001.08') throw new Error('this is no credit transfer');
    const [transfer] = message.body.FIToFICstmrCdtTrf.CdtTrfTxInf;
    expect(transfer?.IntrBkSttlmAmt).toEqual({ currency: 'USD', minor: 4_615_449n });
    expect(transfer?.CdtrAcct?.Id).toEqual({ Othr: { Id: '42341169728762787' } });
    expect(parse(write(message))).toEqual(message);
  });

  it.each(known)('are read: %s', (file, statuses) => {
    const message = parse(read(file));
    expect(statusesOf(message)).toEqual(statuses);
    expect(parse(write(message))).toEqual(message);
  });

  it('are refused, all others, with the reason', () => {
    const taken = new Set(['rtp/pacs008.xml', ...known.map(([file]) => file)]);
    const files = ['rtp', 'fednow', 'camt053'].flatMap((folder) =>
      readdirSync(SAMPLES + folder).map((file) => `${folder}/${file}`),
    );
    const others = files.filter((file) => !taken.has(file));
    expect(others.length).toBeGreaterThan(15);
    for (const file of others) {
      const text = read(file);
      const id = /tech:xsd:((?!head)[a-z]{4}\.[0-9.]{10})/.exec(text.toString())?.[1];
      const code = refusals[file] ?? 'unsupported_message';
      let refused: unknown;
      try {
        parse(text);
      } catch (error) {
        refused = error;
      }
      expect(refused).toBeInstanceOf(Iso20022Error);
      expect([file, refused]).toMatchObject([file, { code }]);
      if (code === 'unsupported_message') expect(String(refused)).toContain(`${id} is not a message`);
    }
  });
});
