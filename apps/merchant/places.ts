// Places that stand at the end of descriptors. Names that are also ordinary words (Bath, Reading, Deal) are left out on purpose.

const TOWNS = `
Aberdeen|Ashford|Barnsley|Basildon|Basingstoke|Bedford|Belfast|Birkenhead|Birmingham|Blackburn|Blackpool|Bolton|Bournemouth|Bradford|
Brighton|Bristol|Bromsgrove|Burnley|Burton|Bury|Cambridge|Cannock|Canterbury|Cardiff|Carlisle|Chelmsford|Cheltenham|Chester|
Chesterfield|Colchester|Coventry|Crawley|Crewe|Croydon|Darlington|Derby|Doncaster|Dublin|Dudley|Dundee|Durham|Eastbourne|Edinburgh|
Exeter|Gatwick|Gateshead|Glasgow|Gloucester|Grimsby|Guildford|Halesowen|Halifax|Harlow|Harrogate|Hastings|Heathrow|Hereford|
Huddersfield|Hull|Inverness|Ipswich|Kettering|Kidderminster|Lancaster|Leamington Spa|Leeds|Leicester|Lichfield|Lincoln|Liverpool|
London|Loughborough|Luton|Maidstone|Manchester|Mansfield|Margate|Middlesbrough|Milton Keynes|Newcastle|Newport|Northampton|Norwich|
Nottingham|Nuneaton|Oldham|Oxford|Oldbury|Peterborough|Plymouth|Poole|Portsmouth|Preston|Redditch|Rochdale|Rotherham|Salford|
Salisbury|Scarborough|Sheffield|Shrewsbury|Slough|Smethwick|Solihull|Southampton|Southend|Southport|St Albans|Stafford|Stevenage|
Stockport|Stockton|Stoke|Stoke on Trent|Stratford|Sunderland|Sutton Coldfield|Swansea|Swindon|Tamworth|Taunton|Telford|Torquay|
Wakefield|Walsall|Warrington|Warwick|Watford|West Bromwich|Weston Super Mare|Wigan|Willenhall|Winchester|Windsor|Woking|Wolverhampton|
Worcester|Worthing|Wrexham|Yeovil|York|Amsterdam|Berlin|Brussels|Luxembourg|Madrid|Paris|Rome|San Francisco|Seattle|
Acocks Green|Aston|Bordesley Green|Bournville|Castle Bromwich|Digbeth|Edgbaston|Erdington|Four Oaks|Great Barr|Handsworth|Harborne|
Kings Heath|Kings Norton|Longbridge|Moseley|Northfield|Perry Barr|Selly Oak|Shirley|Small Heath|Sparkhill|Sparkbrook|Stirchley|
Weoley Castle|Yardley`;

/** Names in other spellings. */
const SPELLINGS: Readonly<Record<string, string>> = {
  bham: 'Birmingham',
  birm: 'Birmingham',
  birmin: 'Birmingham',
  birmi: 'Birmingham',
  'perry bar': 'Perry Barr',
  wolverhmptn: 'Wolverhampton',
  mcr: 'Manchester',
};

const COUNTRIES: Readonly<Record<string, string>> = {
  gb: 'GBR',
  gbr: 'GBR',
  uk: 'GBR',
  ie: 'IRL',
  irl: 'IRL',
  usa: 'USA',
  fra: 'FRA',
  deu: 'DEU',
  nld: 'NLD',
  nl: 'NLD',
  esp: 'ESP',
  ita: 'ITA',
  lux: 'LUX',
  bel: 'BEL',
  swe: 'SWE',
};

const LONGEST_PLACE_WORDS = 3;
const SHORTEST_CUT_TOWN = 5;
/** A name that needs its place: the University of Birmingham. */
const BINDING = new Set(['of', 'in', 'at', 'for', 'from', 'to', 'by', 'visit', 'near', 'upon', 'the', 'de']);

const towns = new Map<string, string>();
const cutTowns = new Map<string, string>();
for (const name of TOWNS.replaceAll('\n', '').split('|')) {
  const key = name.toLowerCase();
  towns.set(key, name);
  for (let length = SHORTEST_CUT_TOWN; length < key.length; length++) cutTowns.set(key.slice(0, length), name);
}
for (const [key, name] of Object.entries(SPELLINGS)) towns.set(key, name);

export interface Place {
  /** How many words stand before it. */
  readonly wordsLeft: number;
  readonly city: string | null;
  /** ISO 3166 alpha-3. */
  readonly country: string | null;
}

/** @param cut whether the last word may be cut, so that the beginning of a town's name will do */
export function placeAtEnd(words: readonly string[], cut: boolean): Place {
  let end = words.length;
  const country = end > 1 ? COUNTRIES[words[end - 1] ?? ''] : undefined;
  if (country !== undefined) end--;
  for (let length = Math.min(LONGEST_PLACE_WORDS, end); length > 0; length--) {
    const text = length === 1 ? (words[end - 1] ?? '') : words.slice(end - length, end).join(' ');
    const city = towns.get(text) ?? (cut && end === words.length && end > length ? cutTowns.get(text) : undefined);
    if (city === undefined || BINDING.has(words[end - length - 1] ?? '')) continue;
    return { wordsLeft: end - length, city, country: country ?? null };
  }
  return { wordsLeft: end, city: null, country: country ?? null };
}
