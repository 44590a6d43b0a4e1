import { describe as about, expect, it } from '@jest/globals';
import { compile, type Dialect, describe, ipm, nao1215, subelements, tallystick, tallystickBinary } from './index.js';

const PAN = '4111111111111111';
const TRACK = `${PAN}=29122011234567890`;
const CVC = '737';
const hex = (text: string) => Buffer.from(text, 'hex');

const fields = {
  2: PAN,
  3: '000000',
  4: '000000001250',
  34: PAN,
  35: TRACK,
  36: `01${PAN}=123`,
  37: 'REF123456789',
  41: 'TERM0001',
  43: 'HARBOUR TEA ROOM         LONDON       GB',
  45: `B${PAN}^DOE/JANE^2912201`,
  48: subelements([
    ['63', 'MCC1234561121  '],
    ['92', CVC],
    ['99', `card ${PAN}.`],
  ]),
  52: hex('1122334455667788'),
  54: subelements([['1', '0001826C000000012345']]),
  55: subelements([
    ['5A', hex(`${PAN}`)],
    ['57', hex(`${TRACK.replace('=', 'D')}F`)],
    ['9F02', hex('000000001250')],
    ['9F1E', Buffer.from(PAN)],
    ['72', subelements([['86', hex(PAN)]])],
    ['DF01', hex(PAN)],
  ]),
  62: `${PAN} 4111 1111 1111 1111 4111-1111-1111-1111 9${PAN}00000`,
  63: `paid by ${PAN} once`,
  90: '020022334406041301050000000000000000000000',
  102: PAN,
};

about('a message with card data', () => {
  const shown = describe(compile(tallystick).decode(compile(tallystick).encode({ mti: '0100', fields })), tallystick);

  it('is shown field by field with what people may see', () => {
    expect(shown).toBe(`0100 authorisation request (ISO 8583:1987)
  2         Primary account number: ************1111
  3         Processing code: 000000
  4         Amount, transaction: 000000001250
  34        Primary account number, extended: ************1111
  35        Track 2 data: ************1111
  36        Track 3 data: (hidden)
  37        Retrieval reference number: REF123456789
  41        Card acceptor terminal identification: TERM0001
  43        Card acceptor name and location: HARBOUR TEA ROOM         LONDON       GB
  45        Track 1 data: ************1111
  48        Additional data, private
  48.63     Trace identification of the first authorisation: MCC1234561121  
  48.92     Card validation code: (hidden)
  48.99     unknown: (22 characters)
  52        PIN data: (hidden)
  54        Additional amounts
  54.1      Additional amount: 0001826C000000012345
  55        Integrated circuit card data
  55.5A     Application primary account number: ************1111
  55.57     Track 2 equivalent data: ************1111
  55.9F02   Amount, authorised: 000000001250
  55.9F1E   Interface device serial number: (16 bytes)
  55.72     Issuer script template 2
  55.72.86  Issuer script command: (hidden)
  55.DF01   unknown: (8 bytes)
  62        Reserved, private: ************
  63        Reserved, private: paid by ************1111 once
  90        Original data elements: 020022334406041301050000000000000000000000
  102       Account identification 1: ************1111`);
  });

  it.each([tallystick, tallystickBinary, nao1215, ipm])('shows no card number in $name', (dialect: Dialect) => {
    const text = describe({ mti: '0100', fields }, dialect);
    for (const secret of [PAN, '411111111', CVC, '1122334455667788', Buffer.from(PAN).toString('hex')])
      expect(text).not.toContain(secret);
  });
});

about('a message that could not be read whole', () => {
  it('is shown as far as it was', () => {
    expect(describe({ fields: {} }, tallystick)).toBe('no message type');
    expect(describe({ mti: '0421', fields: { 200: '1' } }, tallystick)).toBe(
      '0421 reversal advice repeat (ISO 8583:1987)\n  200       unknown: (1 characters)',
    );
  });
});
