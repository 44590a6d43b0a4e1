// Category texts of imported card files as our categories. A text that says nothing of the purchase (`Equip Operational`) is not here.
import type { Category } from './categories.js';

const CATEGORIES: Readonly<Record<string, Category>> = {
  'vehicle fuel': 'transport',
  'purchases food': 'groceries',
  'contract meals': 'eating_out',
  'premises provisions': 'groceries',
  hospitality: 'eating_out',
  books: 'shopping',
  stationery: 'shopping',
  'equip office': 'shopping',
  'computing other': 'shopping',
  'clothing&uniforms': 'shopping',
  'other fix&fittings': 'shopping',
  'cleaning materials': 'shopping',
  'bldg rm departmental': 'shopping',
  "n'papers&periodicals": 'shopping',
  'floral decorations': 'shopping',
  'travel bus/rail': 'transport',
  'travel taxis': 'transport',
  'car parking': 'transport',
  'vehicle excise lics': 'transport',
  'vehicle othruncosts': 'transport',
  'vehicle hire charge': 'transport',
  'vehicle r&m': 'transport',
  'vehicle tyres': 'transport',
  'transport misc': 'transport',
  'ttavel other (uk)': 'holidays',
  'travel foreign': 'holidays',
  'accomodation hire': 'holidays',
  'visits expenditure': 'entertainment',
  'entertainers/artists': 'entertainment',
  'bank & goro chgss': 'finances',
  'phon noncentrx lines': 'bills',
  'mobiles/radios/pagrs': 'bills',
  'legal fee other': 'bills',
  'licences & permits': 'bills',
  electricity: 'bills',
  gas: 'bills',
  'water services': 'bills',
  rates: 'bills',
};

export function categoryOfImportedText(text: string): Category | undefined {
  return CATEGORIES[text.trim().toLowerCase()];
}
