// What a single word of a descriptor suggests, where nothing better is known. The first word with a meaning decides, so that
// `park hotel car park` is a hotel; a word may be cut at the end of the text.
import type { Category } from './categories.js';

const WORDS: Readonly<Partial<Record<Category, string>>> = {
  transport: `petrol petroleum petro fuel fuels garage garages taxi taxis cab cabs cars minicab minicabs parking carpark railway railways rail
    train trains bus buses coach coaches tram metro toll tyres tyre motor motors autos autocentre mot vehicle filling sstn forecourt carwash
    valeting skoda vauxhall ford`,
  holidays: `hotel hotels hostel resort airways airline airlines airport flights travel tours campsite holidays suites aparthotel guesthouse`,
  eating_out: `restaurant restaurants cafe caffe coffee pizza pizzeria kebab kebabs grill bar pub tavern bistro burger burgers chicken chippy
    sushi noodle noodles tandoori balti spice spices bakery baguette sandwich sandwiches diner takeaway eatery catering tearoom tearooms deli
    brasserie tapas brewery desserts inn kitchen buffet fryer chip steakhouse`,
  groceries: `supermarket supermarkets foods food grocery grocers news newsagent newsagents newsmarket butchers fruit veg dairy wines halal
    cashcarry superstore minimarket convenience local`,
  entertainment: `cinema cinemas theatre theatres bowl bowling leisure zoo zoological museum museums gallery golf climbing karting paintball
    tickets ticket hippodrome festival arcade games gaming amusement attractions adventure concert laser`,
  bills: `council insurance energy electricity water gas broadband telecom telecoms mobile licence registry solicitors hosting software court
    courts internet`,
  health: `pharmacy chemist dental dentist dentists optician opticians medical clinic physio hospital veterinary vets gym fitness healthcare`,
  personal_care: `hair hairdressers hairdressing barber barbers beauty salon nails spa laundry`,
  charity: `charity charities foundation hospice tearfund appeal church`,
  cash: 'atm cashpoint',
  finances: 'bank accountants loans',
  family: 'nursery school schools childcare playgroup college',
  shopping: `books bookshop bookstore stationery stationers furniture toys toy clothing shoes sports sport gifts hardware diy timber tools tool
    electrical electricals electronics computer computers lighting lamps lights paint paints carpets carpet flooring florist flowers garden
    gardens jewellers fabrics craft crafts music supplies shop store stores trophies uniforms uniform workwear locksmith locksmiths lock locks
    plumbing plumbers glass plastics signs labels print printing prints printers camera photo cycles bikes pet pets blinds curtains kitchens
    bathrooms tiles interiors direct outlet retail warehouse market marketplace`,
};

/** Pairs of words that mean something else than the words. */
const PAIRS: Readonly<Record<string, Category>> = {
  'car park': 'transport',
  'service station': 'transport',
  'service stn': 'transport',
  's stn': 'transport',
  'f stn': 'transport',
  'radio cars': 'transport',
  'car hire': 'transport',
  'vehicle hire': 'transport',
  'park hotel': 'holidays',
  'guest house': 'holidays',
  'fish bar': 'eating_out',
  'tea room': 'eating_out',
  'tea rooms': 'eating_out',
  'cash carry': 'groceries',
  'off licence': 'groceries',
  'theme park': 'entertainment',
  'ice rink': 'entertainment',
  'farm park': 'entertainment',
  'council tax': 'bills',
  'register office': 'bills',
  'garden centre': 'shopping',
  'locks keys': 'shopping',
};

const SHORTEST_CUT = 5;

const words = new Map<string, Category>();
const cutWords = new Map<string, Category>();
for (const [category, list] of Object.entries(WORDS)) {
  // The keys of the table are its type.
  for (const word of list.split(/\s+/)) words.set(word, category as Category);
}
for (const [word, category] of words)
  for (let length = SHORTEST_CUT; length < word.length; length++)
    if (!words.has(word.slice(0, length))) cutWords.set(word.slice(0, length), category);

export interface Keyword {
  readonly category: Category;
  readonly word: string;
}

/** @param cut whether the last word may be cut */
export function keywordIn(text: readonly string[], cut: boolean): Keyword | undefined {
  for (let i = 0; i < text.length; i++) {
    const word = text[i] ?? '';
    const pair = `${word} ${text[i + 1] ?? ''}`;
    const ofPair = PAIRS[pair];
    if (ofPair !== undefined) return { category: ofPair, word: pair };
    const category = words.get(word) ?? (cut && i === text.length - 1 ? cutWords.get(word) : undefined);
    if (category !== undefined) return { category, word };
  }
  return undefined;
}
