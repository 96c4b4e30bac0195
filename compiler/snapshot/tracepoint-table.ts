/**
 * Tracepoints and their fields: "tracepoints" holds the names as CATEGORY:EVENT, "tracepoint-fields" by rank the fields.
 *
 * A block of fields has its own texts (types and names, each once) and columns: fields per event, type, name, offset,
 * size, sign.
 */
import type { Container, NewSection } from "./container.ts";
import { lazyList } from "./lazy.ts";
import { compareNames, type NameTable, openNames, writeNames } from "./names.ts";
import { SnapshotError, type Tracepoint, type TracepointField } from "./snapshot.ts";
import { BlockWriter } from "./varint.ts";

const namesPerBlock = 256;
const eventsPerBlock = 64;

export type TracepointTable = {
  readonly names: NameTable;
  get(category: string, event: string): Tracepoint | undefined;
};

export function writeTracepoints(tracepoints: readonly Tracepoint[]): readonly NewSection[] {
  const named = tracepoints.map((each) => ({ name: `${each.category}:${each.event}`, fields: each.fields }));
  named.sort((a, b) => compareNames(a.name, b.name));
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < named.length; start += eventsPerBlock) {
    blocks.push(writeFields(named.slice(start, start + eventsPerBlock).map((each) => each.fields)));
  }
  const names = named.map((each) => each.name);
  return [
    writeNames({ name: "tracepoints", owner: "" }, names, namesPerBlock),
    { name: "tracepoint-fields", owner: "", count: named.length, perBlock: eventsPerBlock, blocks },
  ];
}

function writeFields(events: readonly (readonly TracepointField[])[]): Uint8Array {
  const texts = [...new Set(events.flatMap((fields) => fields.flatMap((field) => [field.type, field.name])))];
  const places = new Map(texts.map((text, index) => [text, index]));
  const place = (text: string): number => places.get(text) ?? 0;
  const out = new BlockWriter().uint(texts.length);
  for (const text of texts) out.text(text);
  for (const fields of events) out.uint(fields.length);
  const all = events.flat();
  for (const field of all) out.uint(place(field.type));
  for (const field of all) out.uint(place(field.name));
  for (const field of all) out.uint(field.offset);
  for (const field of all) out.uint(field.size);
  for (const field of all) out.byte(field.signed ? 1 : 0);
  return out.finish();
}

export function openTracepoints(file: Container): TracepointTable {
  const names = openNames(file.section("tracepoints"));
  const section = file.section("tracepoint-fields");
  const readFields = lazyList((index): readonly (readonly TracepointField[])[] => {
    if (!section || section.perBlock !== eventsPerBlock)
      throw new SnapshotError("the snapshot is damaged: its tracepoints have no fields");
    const from = section.block(index);
    const texts = Array.from({ length: from.count() }, () => from.text());
    const events = Math.min(eventsPerBlock, section.count - index * eventsPerBlock);
    const counts = Array.from({ length: events }, () => from.count());
    const total = counts.reduce((sum, count) => sum + count, 0);
    const numbers = (): number[] => Array.from({ length: total }, () => from.uint());
    const [types, fieldNames, offsets, sizes, signs] = [numbers(), numbers(), numbers(), numbers(), numbers()];
    let at = 0;
    return counts.map((count) => {
      at += count;
      return Array.from({ length: count }, (_, field) => at - count + field).map((field) => ({
        name: texts[fieldNames[field] ?? 0] ?? "",
        type: texts[types[field] ?? 0] ?? "",
        offset: offsets[field] ?? 0,
        size: sizes[field] ?? 0,
        signed: signs[field] === 1,
      }));
    });
  });
  return {
    names,
    get(category, event) {
      const rank = names.rank(`${category}:${event}`);
      if (rank === undefined) return undefined;
      const fields = readFields(Math.floor(rank / eventsPerBlock))[rank % eventsPerBlock] ?? [];
      return { category, event, fields };
    },
  };
}
