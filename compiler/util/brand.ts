/** Nominal numbers and strings: the only place where `as` makes one. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Marks a plain value as one of a nominal type; the caller vouches for it. */
export function branded<B extends Brand<unknown, string>>(value: B extends Brand<infer T, string> ? T : never): B {
  return value as unknown as B;
}
