// Numbers as letters that sort as they do: keys and ids made of them never look like a card number.

const FIRST_LETTER = 'a'.charCodeAt(0);

/** A number below 2^64 as 16 letters, a to p. */
export function orderedLetters(number: bigint): string {
  let letters = '';
  for (const digit of number.toString(16).padStart(16, '0'))
    letters += String.fromCharCode(FIRST_LETTER + Number.parseInt(digit, 16));
  return letters;
}

/** Undefined for what orderedLetters did not make. */
export function orderedNumber(letters: string): bigint | undefined {
  if (!/^[a-p]{16}$/.test(letters)) return undefined;
  let number = 0n;
  for (const letter of letters) number = number * 16n + BigInt(letter.charCodeAt(0) - FIRST_LETTER);
  return number;
}
