// What a believable customer does with a card: where, when and for how much. Descriptors as terminals send them.

export interface Shop {
  /** As in DE43. */
  readonly name: string;
  readonly mcc: string;
  /** Alpha-3. */
  readonly country: string;
}

export type Settles =
  /** Cleared for the same amount a while later. */
  | 'as-authorised'
  /** Authorised for an estimate, cleared for what was used (fuel at the pump). */
  | 'for-less'
  /** Cleared with a tip on top. */
  | 'with-tip'
  /** Moves the money at once. */
  | 'at-once'
  /** Sometimes sent back in part or whole. */
  | 'may-be-refunded'
  /** A hold that the shop lets go of. */
  | 'reversed';

export interface Habit {
  readonly shops: readonly Shop[];
  /** Minor units of the account's currency. */
  readonly least: number;
  readonly most: number;
  readonly channel: 'contactless' | 'chip' | 'online' | 'atm';
  readonly settles: Settles;
  /** Hours of the day, local enough. */
  readonly hours: readonly [number, number];
  /** How likely on a weekday and on a day of the weekend. */
  readonly weekday: number;
  readonly weekend: number;
}

/** Paid in another currency: minor units of it for a hundred of ours. */
export interface Abroad {
  readonly currency: string;
  readonly perHundred: number;
  readonly habits: readonly Habit[];
}

export interface Regular {
  readonly shop: Shop;
  readonly amount: number;
  readonly dayOfMonth: number;
}

const gb = (name: string, mcc: string): Shop => ({ name, mcc, country: 'GBR' });
const fr = (name: string, mcc: string): Shop => ({ name, mcc, country: 'FRA' });

export const habits: readonly Habit[] = [
  {
    shops: [gb('PRET A MANGER LONDON', '5814'), gb('COSTA COFFEE 43011', '5814'), gb('GAIL S BAKERY LONDON', '5462')],
    least: 275,
    most: 640,
    channel: 'contactless',
    settles: 'as-authorised',
    hours: [7, 10],
    weekday: 0.7,
    weekend: 0.3,
  },
  {
    shops: [gb('TFL TRAVEL CH', '4111')],
    least: 175,
    most: 810,
    channel: 'contactless',
    settles: 'as-authorised',
    hours: [7, 20],
    weekday: 0.8,
    weekend: 0.3,
  },
  {
    shops: [gb('LEON RESTAURANTS', '5814'), gb('ITSU LTD LONDON', '5814'), gb('MCDONALDS 1034', '5814')],
    least: 550,
    most: 1395,
    channel: 'contactless',
    settles: 'as-authorised',
    hours: [12, 14],
    weekday: 0.45,
    weekend: 0.15,
  },
  {
    shops: [gb('TESCO STORES 5504', '5411'), gb('SAINSBURYS S/MKTS', '5411'), gb('ALDI 77 775', '5411')],
    least: 620,
    most: 8450,
    channel: 'chip',
    settles: 'as-authorised',
    hours: [17, 21],
    weekday: 0.3,
    weekend: 0.55,
  },
  {
    shops: [gb('DISHOOM SHOREDITCH', '5812'), gb('NANDOS LONDON BRIDGE', '5812'), gb('HARBOUR TEA ROOM', '5812')],
    least: 1850,
    most: 7600,
    channel: 'chip',
    settles: 'with-tip',
    hours: [18, 22],
    weekday: 0.1,
    weekend: 0.5,
  },
  {
    shops: [gb('AMAZON UK MARKETPLACE', '5999'), gb('ASOS.COM', '5651'), gb('ARGOS RETAIL GROUP', '5311')],
    least: 799,
    most: 12_900,
    channel: 'online',
    settles: 'may-be-refunded',
    hours: [9, 23],
    weekday: 0.15,
    weekend: 0.25,
  },
  {
    shops: [gb('SHELL FIVEWAYS 387', '5542'), gb('BP SIX WAYS F/STN', '5542')],
    least: 2400,
    most: 7200,
    channel: 'chip',
    settles: 'for-less',
    hours: [8, 20],
    weekday: 0.08,
    weekend: 0.2,
  },
  {
    shops: [gb('POST OFFICE COUNTER LDN', '6011')],
    least: 2,
    most: 10,
    channel: 'atm',
    settles: 'at-once',
    hours: [9, 19],
    weekday: 0.08,
    weekend: 0.1,
  },
  {
    shops: [gb('CURZON CINEMAS', '7832'), gb('WATERSTONES', '5942')],
    least: 1100,
    most: 3900,
    channel: 'contactless',
    settles: 'as-authorised',
    hours: [12, 21],
    weekday: 0.04,
    weekend: 0.25,
  },
  {
    shops: [gb('ENTERPRISE RENT-A-CAR', '7512')],
    least: 10_000,
    most: 20_000,
    channel: 'chip',
    settles: 'reversed',
    hours: [8, 11],
    weekday: 0.01,
    weekend: 0.03,
  },
];

/** Cash machines give notes. */
export const NOTE = 1000;

export const regulars: readonly Regular[] = [
  { shop: gb('NETFLIX.COM', '4899'), amount: 1299, dayOfMonth: 5 },
  { shop: gb('SPOTIFY UK', '5815'), amount: 1199, dayOfMonth: 12 },
  { shop: gb('PUREGYM LTD', '7997'), amount: 2499, dayOfMonth: 1 },
  { shop: gb('EE T-MOBILE', '4814'), amount: 1800, dayOfMonth: 20 },
  { shop: gb('THAMES WATER', '4900'), amount: 3150, dayOfMonth: 15 },
];

export const abroad: Abroad = {
  currency: 'EUR',
  perHundred: 117,
  habits: [
    {
      shops: [fr('BOULANGERIE DU MARAIS', '5462'), fr('CAFE DE FLORE PARIS', '5812'), fr('MONOPRIX PARIS', '5411')],
      least: 420,
      most: 4600,
      channel: 'contactless',
      settles: 'as-authorised',
      hours: [8, 22],
      weekday: 2,
      weekend: 2,
    },
    {
      shops: [fr('HOTEL DES GRANDS BOULEVARDS', '7011'), fr('SNCF CONNECT', '4112')],
      least: 6400,
      most: 18_900,
      channel: 'online',
      settles: 'as-authorised',
      hours: [9, 20],
      weekday: 0.4,
      weekend: 0.4,
    },
  ],
};
