// Where the network's cardholders spend: made-up terminals with descriptors as acquirers write them.

export type Trade =
  | 'groceries'
  | 'transport'
  | 'restaurant'
  | 'fuel'
  | 'hotel'
  | 'airline'
  | 'online'
  | 'cash'
  | 'subscription'
  | 'gambling';

export interface Merchant {
  readonly trade: Trade;
  /** As in DE43, without place and country. */
  readonly descriptor: string;
  readonly country: string;
  /** DE18. */
  readonly mcc: string;
  /** DE22. */
  readonly entry: string;
  /** DE32. */
  readonly acquirer: string;
  /** DE41. */
  readonly terminal: string;
  /** DE42. */
  readonly id: string;
  /** DE43. */
  readonly acceptor: string;
  /** Usual amounts, minor units of GBP. */
  readonly from: number;
  readonly to: number;
}

const CHIP = '051';
const CONTACTLESS = '071';
const ONLINE = '810';
const ACQUIRERS = ['400001', '421337', '450872', '477610'];
const NAME_LETTERS = 23;
const PLACE_LETTERS = 15;
const ID_LETTERS = 15;

/** descriptor | place | country | MCC | entry | from | to */
const TABLE: Readonly<Record<Trade, string>> = {
  groceries: `
TESCO STORES 3188|BRISTOL|GB|5411|chip|180|9500
TESCO EXPRESS 6042|LEEDS|GB|5411|tap|120|2500
SAINSBURYS S/MKT|BIRMINGHAM|GB|5411|chip|250|11000
WM MORRISONS STORE|SOLIHULL|GB|5411|chip|200|9000
ONE STOP 0448|WALSALL|GB|5499|tap|99|1800
ALDI 42 774|COVENTRY|GB|5411|chip|500|7000
LIDL GB LONDON|LONDON|GB|5411|tap|150|6000
CO-OP GROUP 070512|YORK|GB|5411|tap|110|2200
CARREFOUR CITY 1034|PARIS|FR|5411|chip|300|4500
REWE MARKT 0417|KOELN|DE|5411|chip|300|5000`,
  transport: `
TFL TRAVEL CH|TFL.GOV.UK/CP|GB|4111|tap|160|1480
LONDON MIDLAND TIC|BIRMINGHAM|GB|4112|chip|320|8900
NORTHERN RAIL 2217|LEEDS|GB|4112|chip|280|4200
Q PARK BIRMI|BIRMINGHAM|GB|7523|tap|200|2800
UBER *TRIP HELP.UBER|LONDON|GB|4121|web|450|4800
RATP PARIS 0021|PARIS|FR|4111|tap|215|2300
BVG AUTOMAT 88120|BERLIN|DE|4111|tap|300|1100`,
  restaurant: `
MCDONALDS 1192|LONDON|GB|5814|tap|250|1900
GOURMET BURGER KIT|READING|GB|5812|chip|1100|6500
SQ *HARBOUR TEA ROOM|WHITBY|GB|5812|tap|300|2600
DISHOOM SHOREDITCH|LONDON|GB|5812|chip|2200|14500
PIZZA EXPRESS 0231|OXFORD|GB|5812|chip|1400|9000
TST* BLUE PLATE DINER|CHICAGO|US|5812|chip|1500|8000
LE BISTROT D EN FACE|LYON|FR|5812|chip|1800|9900`,
  fuel: `
SHELL HAYMILLS 4402|BIRMINGHAM|GB|5542|chip|2000|9800
BP LEAWAY S/STN|LONDON|GB|5542|chip|2000|9500
TEXACO ASH MOTOR|ALDERSHOT|GB|5542|chip|1500|9000
TESCO PFS 3345|BRISTOL|GB|5542|chip|2000|9900
ESSO RASTHOF A7|KASSEL|DE|5542|chip|2500|9900`,
  hotel: `
TRAVELODGE GB0000|LONDON|GB|3700|chip|4500|28000
HILTON BIRMINGHAM MET|BIRMINGHAM|GB|3504|chip|9500|62000
PREMIER INN 44512|BATH|GB|7011|chip|5500|31000
IBIS STYLES BERLIN|BERLIN|DE|7011|chip|7000|38000
HOTEL SUNROUTE SHINJUKU|TOKYO|JP|7011|chip|8000|45000`,
  airline: `
EASYJET 000EPGTX2|LUTON|GB|3245|web|3500|42000
BRITISH A 1252410983|HOUNSLOW|GB|3005|web|6500|89000
RYANAIR 22404871Y|DUBLIN|IE|4511|web|2500|26000
LUFTHANSA 220239|FRANKFURT|DE|3008|web|8000|72000`,
  online: `
AMAZON UK MARKETPLACE|AMAZON.CO.UK|GB|5942|web|499|18000
AMZN MKTP UK*2W4X|AMAZON.CO.UK|GB|5942|web|399|9900
PAYPAL *EBAYUK|35314369001|GB|5999|web|250|15000
WWW.MISCO.CO.UK|WELLINGBORO|GB|5732|web|1500|64000
SPORTSDIRECT 188|SHIREBROOK|GB|5941|web|900|12000
ZALANDO SE|BERLIN|DE|5651|web|1900|22000
ETSY.COM*KILNWORKS|BROOKLYN|US|5947|web|800|9000`,
  cash: `
NOTEMACHINE 0488123|LEEDS|GB|6011|chip|1000|30000
BARCLAYS ATM 20314|LONDON|GB|6011|chip|1000|30000
CARDTRONICS SPAR|COVENTRY|GB|6011|chip|1000|20000
SPARKASSE GA 4471|BERLIN|DE|6011|chip|2000|40000`,
  subscription: `
NETFLIX.COM|LOS GATOS|NL|4899|web|499|1799
SPOTIFY P1A2B3C4D5|STOCKHOLM|SE|5815|web|1099|1799
PURE GYM LTD|LEEDS|GB|7997|web|1599|3299
APPLE.COM/BILL|ITUNES.COM|IE|5818|web|79|1499
GUARDIAN NEWS|LONDON|GB|5968|web|500|1200`,
  gambling: `
BET365 0800 028 8365|STOKE|GB|7995|web|500|20000
NATIONAL LOTTERY|WATFORD|GB|7800|web|200|5000
WILLIAM HILL 3310|LEEDS|GB|7995|chip|200|10000`,
};

const ENTRIES: Readonly<Record<string, string>> = { chip: CHIP, tap: CONTACTLESS, web: ONLINE };

export const MERCHANTS: ReadonlyMap<Trade, readonly Merchant[]> = new Map(
  trades().map(([trade, lines], index) => [
    trade,
    lines.map((line, row) => merchantOf(trade, line, index * 100 + row)),
  ]),
);

function trades(): [Trade, string[]][] {
  return (Object.keys(TABLE) as Trade[]).map((trade) => [trade, TABLE[trade].trim().split('\n')]);
}

function merchantOf(trade: Trade, line: string, number: number): Merchant {
  const [descriptor = '', place = '', country = '', mcc = '', entry = '', from = '', to = ''] = line.split('|');
  const serial = String(number).padStart(4, '0');
  return {
    trade,
    descriptor,
    country,
    mcc,
    entry: ENTRIES[entry] ?? CHIP,
    acquirer: ACQUIRERS[number % ACQUIRERS.length] ?? '',
    terminal: `T${serial}001`,
    id: `M${serial}`.padEnd(ID_LETTERS, '0'),
    acceptor:
      descriptor.slice(0, NAME_LETTERS).padEnd(NAME_LETTERS) +
      place.slice(0, PLACE_LETTERS - 2).padEnd(PLACE_LETTERS) +
      country,
    from: Number(from),
    to: Number(to),
  };
}

/** Of countries with another currency than GBP: its code and number (ISO 4217), minor units of it to the penny. */
export const FOREIGN: ReadonlyMap<
  string,
  { readonly currency: string; readonly number: string; readonly rate: number }
> = new Map([
  ['FR', { currency: 'EUR', number: '978', rate: 1.17 }],
  ['DE', { currency: 'EUR', number: '978', rate: 1.17 }],
  ['IE', { currency: 'EUR', number: '978', rate: 1.17 }],
  ['NL', { currency: 'EUR', number: '978', rate: 1.17 }],
  ['SE', { currency: 'SEK', number: '752', rate: 13.4 }],
  ['US', { currency: 'USD', number: '840', rate: 1.27 }],
  ['JP', { currency: 'JPY', number: '392', rate: 1.93 }],
]);
