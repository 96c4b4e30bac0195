/** Things made when they are first asked for, and kept. */

/** One thing. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** A list of things by index; `make` throws for an index that does not exist. */
export function lazyList<T>(make: (index: number) => T): (index: number) => T {
  const made: ({ readonly value: T } | undefined)[] = [];
  return (index) => {
    const known = made[index];
    if (known) return known.value;
    const value = make(index);
    made[index] = { value };
    return value;
  };
}
