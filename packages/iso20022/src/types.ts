// How a message is declared: tables of elements, as its XML schema has them. What a table says, a type of TypeScript follows from.

/** How many digits a currency has behind the point. @throws RangeError for a code that is no currency */
export type ExponentOf = (currency: string) => number;

/** An amount in minor units of its currency, never negative. */
export interface Amount {
  readonly currency: string;
  readonly minor: bigint;
}

/** Text, as it is written. */
export interface TextType {
  readonly kind: 'text';
  /** As ISO 20022 names it; told where a value is refused. */
  readonly name: string;
  /** Whether white space around the value counts; where it doesn't, it is taken off. */
  readonly preserved: boolean;
  accepts(value: string): boolean;
}

export interface AmountType {
  readonly kind: 'amount';
}

export interface SequenceType {
  readonly kind: 'sequence';
  /** In the order in which they come. */
  readonly elements: Elements;
}

export interface ChoiceType {
  readonly kind: 'choice';
  /** One of them. */
  readonly elements: Elements;
}

export type AnyType = TextType | AmountType | SequenceType | ChoiceType;

export interface Element {
  readonly type: AnyType;
  readonly min: 0 | 1;
  /** More than one: the value is an array. */
  readonly max: number;
  readonly repeats: boolean;
}

export type Elements = Readonly<Record<string, Element>>;

export interface Once<T extends AnyType> extends Element {
  readonly type: T;
  readonly min: 1;
  readonly repeats: false;
}
export interface Maybe<T extends AnyType> extends Element {
  readonly type: T;
  readonly min: 0;
  readonly repeats: false;
}
export interface Some<T extends AnyType> extends Element {
  readonly type: T;
  readonly min: 1;
  readonly repeats: true;
}
export interface Many<T extends AnyType> extends Element {
  readonly type: T;
  readonly min: 0;
  readonly repeats: true;
}

export const once = <T extends AnyType>(type: T): Once<T> => ({ type, min: 1, max: 1, repeats: false });
export const maybe = <T extends AnyType>(type: T): Maybe<T> => ({ type, min: 0, max: 1, repeats: false });
/** At least one. */
export const some = <T extends AnyType>(type: T, max = Number.POSITIVE_INFINITY): Some<T> => ({
  type,
  min: 1,
  max,
  repeats: true,
});
/** None is said by leaving it out: there is no empty array. */
export const many = <T extends AnyType>(type: T, max = Number.POSITIVE_INFINITY): Many<T> => ({
  type,
  min: 0,
  max,
  repeats: true,
});

export const sequence = <E extends Elements>(elements: E) => ({ kind: 'sequence' as const, elements });
export const choice = <E extends Elements>(elements: E) => ({ kind: 'choice' as const, elements });

type Occurring<E extends Element> = E extends { readonly repeats: true }
  ? readonly ValueOf<E['type']>[]
  : ValueOf<E['type']>;
type Required<E extends Elements> = { [K in keyof E as E[K] extends { readonly min: 1 } ? K : never]: E[K] };
type Optional<E extends Elements> = { [K in keyof E as E[K] extends { readonly min: 0 } ? K : never]: E[K] };
type SequenceOf<E extends Elements> = { readonly [K in keyof Required<E>]: Occurring<E[K]> } & {
  readonly [K in keyof Optional<E>]?: Occurring<E[K]>;
};
type ChoiceOf<E extends Elements> = { [K in keyof E]: { readonly [P in K]: Occurring<E[P]> } }[keyof E];

/** What a value of a declared type is in TypeScript. */
export type ValueOf<T extends AnyType> = T extends { readonly kind: 'text' }
  ? string
  : T extends { readonly kind: 'amount' }
    ? Amount
    : T extends { readonly kind: 'sequence'; readonly elements: infer E extends Elements }
      ? SequenceOf<E>
      : T extends { readonly kind: 'choice'; readonly elements: infer E extends Elements }
        ? ChoiceOf<E>
        : never;
