// The field table: what a dialect declares, as plain data. compile() turns it into a codec.

/** EBCDIC by its code page: jPOS writes cp1047, Mastercard's clearing files are usually read as cp500. */
export type CharacterEncoding = 'ascii' | 'cp037' | 'cp500' | 'cp1047';

/** Which nibble fills a byte when packed digits are odd in number, and on which side. */
export type OddDigits = 'left0' | 'leftF' | 'right0' | 'rightF';

/**
 * ISO 8583's own letters. `an` has no space, `anp` has; `ans` is all of printable ASCII; `z` is track data (0x30–0x3F of
 * ISO 7811, and D as another way to write the separator `=`); `x+n` is C or D, then digits.
 */
export type TextKind = 'n' | 'a' | 'an' | 'anp' | 'ans' | 'z' | 'x+n';

/** A length that is written before the value. */
export interface Variable {
  /** In `units`. */
  readonly max: number;
  /** In `units`; 0 if left out. */
  readonly min?: number;
  /** Digits of the length: 2 for LLVAR. Takes that many characters, half as many bytes in BCD; in binary 1 byte for 1 and 2, 2 bytes for more. */
  readonly prefix: 1 | 2 | 3 | 4;
  /** The dialect's, if left out. */
  readonly encoding?: CharacterEncoding | 'bcd' | 'binary';
  /**
   * What the length counts. `digits` (if left out, for text): digits or characters of the value; for binary written as
   * hexadecimal, its digits. `bytes` (if left out, for all others): of the value; for packed digits, of the wire.
   */
  readonly units?: 'digits' | 'bytes';
}

/** What must not be shown to people, and how much of it may be: see describe(). */
export type Sensitive = 'pan' | 'track1' | 'track2' | 'secret';

export interface Naming {
  readonly name: string;
  readonly sensitive?: Sensitive;
}

export interface TextContent {
  readonly kind: TextKind;
  /** The dialect's for digits (n, z, x+n) or text, if left out. `bcd` is for n, z and x+n. */
  readonly encoding?: CharacterEncoding | 'bcd';
  readonly odd?: OddDigits;
}

export interface BinaryContent {
  readonly kind: 'b';
  /** `hex`: two characters for a byte, in the encoding of the dialect's text. The dialect's, if left out. */
  readonly encoding?: 'bytes' | 'hex';
}

/** Parts one after the other, by their place. Their digits are characters, never packed. */
export interface PositionalContent {
  readonly kind: 'positional';
  readonly parts: readonly PartSpec[];
}

/** The same part again and again, tagged 1, 2, 3… */
export interface RepeatedContent {
  readonly kind: 'repeated';
  readonly part: Naming & Content & { readonly length: number };
}

/** Tag, length and value in characters: Mastercard's DE48 of authorisations (2 and 2 digits) and its PDS of clearing (4 and 3). */
export interface TaggedContent {
  readonly kind: 'tagged';
  readonly tagDigits: 2 | 3 | 4;
  readonly lengthDigits: 2 | 3;
  /** A tag that is not among these is kept as text (ans). */
  readonly elements: { readonly [tag: string]: ElementSpec };
}

/**
 * BER-TLV of EMV book 3, annex B, in bytes whatever the dialect's characters are. Tags of up to 3 bytes. One that is not
 * among `elements` is kept as bytes.
 */
export interface BerContent {
  readonly kind: 'ber';
  readonly elements: { readonly [tag: string]: Naming };
  /** Tags whose value is read as BER-TLV again, with the same table. Other constructed tags stay bytes. */
  readonly nested?: readonly string[];
}

export type Content = TextContent | BinaryContent | PositionalContent | RepeatedContent | TaggedContent | BerContent;

export type FieldSpec = Naming & Content & { readonly length: number | Variable };
/** Up to a character that ends it and is no part of it. */
export interface Until {
  readonly until: string;
  readonly max: number;
}
export type PartSpec = Naming & Content & { readonly tag: string; readonly length: number | Variable | Until };
/** Its length comes before it; `length` only narrows it. */
export type ElementSpec = Naming &
  Content & { readonly length?: number | { readonly min?: number; readonly max: number } };

export interface BitmapSpec {
  readonly encoding: 'hex' | 'binary';
  /**
   * `indicated`: the second bitmap is there when bit 1 says so, and only if one of its fields is. `always`: it is there
   * and bit 1 says so (Mastercard IPM). `unannounced`: it is there though bit 1 is clear (nao1215/iso8583tool).
   */
  readonly secondary: 'indicated' | 'always' | 'unannounced';
  /** Bit 65 announces a third bitmap, right behind the second as jPOS has it. Else 65 is a field like others. */
  readonly tertiary?: boolean;
}

export interface Dialect {
  readonly name: string;
  /** First digits of the MTIs that are taken: 0 for ISO 8583:1987, 1 for 1993, 2 for 2003. */
  readonly versions: readonly ('0' | '1' | '2')[];
  readonly mti: CharacterEncoding | 'bcd';
  readonly bitmap: BitmapSpec;
  /** What fields use that don't say otherwise. At most one EBCDIC code page in a dialect. */
  readonly encodings: Encodings;
  readonly fields: { readonly [field: number]: FieldSpec };
}

export interface Encodings {
  readonly text: CharacterEncoding;
  /** For n, z and x+n. */
  readonly digits: CharacterEncoding | 'bcd';
  readonly odd: OddDigits;
  readonly binary: 'bytes' | 'hex';
  readonly prefix: CharacterEncoding | 'bcd' | 'binary';
}

export const ll = (max: number): Variable => ({ max, prefix: 2 });
export const lll = (max: number): Variable => ({ max, prefix: 3 });
export const llll = (max: number): Variable => ({ max, prefix: 4 });
