/**
 * What a traced binary's debug information says: its types, and where a function's parameters are when it is entered. The
 * compiler asks for it by the path that an attach point names; whoever calls the compiler finds and reads the files.
 */
import type { Btf, TypeId } from "../btf/types.ts";

/** Where a parameter is at the function's first instruction. */
export type ParameterPlace =
  /** In argument registers, by their numbers: eight bytes each, the first ones first. */
  | { readonly kind: "registers"; readonly indices: readonly number[] }
  /** In memory, so many bytes above the first argument on the stack. */
  | { readonly kind: "stack"; readonly offset: number }
  /** A copy of the caller's, whose address is there. */
  | { readonly kind: "reference"; readonly at: ParameterPlace }
  /** Where a probe cannot look. */
  | { readonly kind: "hidden"; readonly why: string };

export type BinaryParameter = { readonly name: string; readonly type: TypeId; readonly place: ParameterPlace };

export type BinaryFunction = {
  readonly parameters: readonly BinaryParameter[];
  readonly returns: TypeId;
  readonly variadic: boolean;
};

export type BinaryTypes = {
  /** The file, as it was found. */
  readonly path: string;
  /** In hexadecimal; undefined: the file has none. */
  readonly buildId: string | undefined;
  readonly arch: "x86_64" | "aarch64";
  /**
   * Types, read when they are asked for. Ids are the reader's own. Of several types of one name, those of the source file come
   * first that the function of this symbol is from.
   */
  readonly typesFor: (symbol: string | undefined) => Btf;
  /** A function by its symbol. Undefined: the debug information has none; text: why it cannot be read. */
  readonly functionOf: (symbol: string) => BinaryFunction | string | undefined;
  /** A function's parameters as C declares them; none where nothing is known of it. */
  readonly declarationsOf: (symbol: string) => readonly string[];
  /** Functions that its symbol tables define. */
  readonly symbols: () => readonly string[];
};

/** Why there are no types of a binary; `name` is the file that was looked at. */
export type BinaryProblem = {
  /** "unavailable": whoever compiles reads no binaries, as in a browser. */
  readonly problem: "missing" | "no-debug-info" | "unreadable" | "unavailable";
  readonly name: string;
  /** unreadable: what is wrong with it. */
  readonly why: string;
};

/** Finds a binary by the path or name of an attach point. */
export type BinaryResolver = (path: string) => BinaryTypes | BinaryProblem;
