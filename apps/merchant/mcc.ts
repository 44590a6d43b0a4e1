// Merchant category codes (ISO 18245, DE18) as our categories. Facts only: the codes' meanings; which category they are is ours.
import type { Category } from './categories.js';

/** Single codes and inclusive ranges. What is in no line says nothing about the category. */
const CODES: Readonly<Partial<Record<Category, string>>> = {
  groceries: '5411 5422 5441 5451 5462 5499 5300 5921',
  eating_out: '5811-5814',
  transport:
    '4011 4111 4112 4121 4131 4784 4789 5172 5511 5521 5531-5533 5541 5542 5571 5983 7511 7512 7513 7519 7523 7531-7549 3351-3441',
  holidays: '3000-3299 3500-3999 4411 4511 4582 4722 4723 5962 7011 7012 7032 7033',
  bills: '4812-4816 4821 4899 4900 5960 6300 6381 6399 6513 7276 7321 8111 8931 9211-9223 9311 9399',
  entertainment: '5735 5815-5818 5733 5971 7273 7800-7802 7829 7832 7841 7911-7941 7991-7999 5945 4457 4468',
  shopping:
    '5021-5139 5192-5261 5309-5311 5331 5399 5551 5561 5592-5599 5611-5699 5712-5732 5734 5931-5944 5946-5961 5963-5970 5972-5973 5978 5992-5999',
  cash: '6010 6011',
  finances: '6012 6051 6211 7277',
  transfers: '4829',
  personal_care: '5977 7230 7297 7298 7210-7217',
  health: '0742 4119 5047 5122 5912 5975 5976 8011-8099',
  charity: '8398 8661',
  family: '8211 8351 5641',
};

const categories = new Map<number, Category>();
for (const [category, codes] of Object.entries(CODES)) {
  for (const range of codes.split(' ')) {
    const [first, last = first] = range.split('-').map(Number);
    // The keys of the table are its type.
    for (let code = first ?? 0; code <= (last ?? 0); code++) categories.set(code, category as Category);
  }
}

/** @param mcc four digits */
export function categoryOfMcc(mcc: string): Category | undefined {
  return categories.get(Number(mcc));
}
