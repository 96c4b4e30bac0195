/**
 * A region of one source text: UTF-16 offsets, end exclusive.
 *
 * Line and column are derived on demand (source/text.ts); only offsets travel with trees, so that a tree is small and
 * equal trees have equal spans.
 */
export type Span = { readonly start: number; readonly end: number };
