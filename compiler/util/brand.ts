/** Nominal numbers and strings: the only place where `as` makes one. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** The type under the mark. */
type Plain<B> = B extends number ? number : B extends bigint ? bigint : B extends string ? string : never;

/** Marks a plain value as one of a nominal type; the caller vouches for it. */
export function branded<B extends Brand<unknown, string>>(value: Plain<B>): B {
  return value as unknown as B;
}
