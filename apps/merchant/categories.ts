// What spending is for. The first ten are the customer API's documented ones, the next three what live banks show beside them.
export const CATEGORIES = [
  'general',
  'eating_out',
  'expenses',
  'transport',
  'cash',
  'bills',
  'entertainment',
  'shopping',
  'holidays',
  'groceries',
  'income',
  'savings',
  'transfers',
  'personal_care',
  'health',
  'charity',
  'finances',
  'family',
] as const;

export type Category = (typeof CATEGORIES)[number];
