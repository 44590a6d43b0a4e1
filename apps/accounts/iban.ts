// International bank account numbers (ISO 13616).

const SHAPE = /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/;
const A = 55;

/** Whether its check digits are right (ISO 7064, MOD 97-10). @param text without spaces */
export function isIban(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  let rest = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = character >= 'A' ? character.charCodeAt(0) - A : Number(character);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
