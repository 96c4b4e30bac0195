/** Lists of texts in a block: how many, their lengths in UTF-16 units, then all of them as one UTF-8 text. */
import { type BlockReader, BlockWriter } from "./varint.ts";

export type Texts = { readonly count: number; get(place: number): string };

export function writeTexts(texts: readonly string[]): Uint8Array {
  const out = new BlockWriter().uint(texts.length);
  for (const each of texts) out.uint(each.length);
  return out.text(texts.join("")).finish();
}

export function readTexts(from: BlockReader): Texts {
  const count = from.count();
  const ends = new Uint32Array(count);
  let end = 0;
  for (let place = 0; place < count; place++) {
    end += from.uint();
    ends[place] = end;
  }
  const all = from.text();
  return { count, get: (place) => all.slice(place === 0 ? 0 : ends[place - 1], ends[place] ?? 0) };
}
