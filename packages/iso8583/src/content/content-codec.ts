import type { FieldValue } from '../message.js';
import type { Source, Target } from '../place.js';

/**
 * One kind of content. Its units are what its length counts: digits, characters or bytes. All of these throw Iso8583Error.
 */
export interface ContentCodec {
  /** Bytes on the wire of so many units. */
  bytes(units: number): number;
  /** Reads at the source's offset and moves it. That many units are there: whoever calls has looked. */
  read(source: Source, units: number): FieldValue;
  /** @returns units written */
  write(target: Target, value: FieldValue): number;
}

/** A content whose length is known or read: what stands for a data element, or for a part of one. */
export interface ElementCodec {
  read(source: Source): FieldValue;
  write(target: Target, value: FieldValue): void;
}
