/** Read off 131,670 rows of UK corporate cards, 2014 to 2016 (Birmingham City Council, Open Government Licence): only the names. */
export const UK_CARDS = 'seed:uk-purchase-cards-2014-2016';
/** Brands that everybody in the UK knows, and how their descriptors begin. */
export const HIGH_STREET = 'seed:uk-high-street';
