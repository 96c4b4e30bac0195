/** What a stream's header says, prepared for showing its records: one compiled formatter per event. */
import type { HeaderRecord, Place, StreamRecord, Value, ValueType } from "../stream/records.ts";
import { type ByteString, fromText } from "./byte-string.ts";
import { compileFormat, type Printf } from "./printf.ts";
import { DEFAULT_STYLE, type Formatter, textFormatter, type ValueStyle } from "./value.ts";
import type { Source } from "./warning.ts";

export type MapTypes = { readonly key?: ValueType; readonly value?: ValueType };
type FormatRecord = Extract<StreamRecord, { readonly type: "printf" | "errorf" | "warnf" | "assert" }>;

export type RunHeader = {
  readonly style: ValueStyle;
  readonly source: Source;
  /** Types of a map by its name; both undefined when the header does not know it. */
  mapTypes(name: string): MapTypes;
  /** undefined: a map that the header does not know; then its entries tell. */
  isScalar(name: string): boolean | undefined;
  valueType(event: number): ValueType | undefined;
  place(event: number): Place | undefined;
  /** The text of a printf-like record. */
  formatRecord(record: FormatRecord): ByteString;
  keyFormatter(name: string): Formatter;
  valueFormatter(type: ValueType | undefined): Formatter;
};

export function readHeader(header: HeaderRecord | undefined): RunHeader {
  const style: ValueStyle =
    header === undefined
      ? DEFAULT_STYLE
      : { trailer: fromText(header.str_trunc_trailer), utcOffset: header.utc_offset };
  const events = new Map(header?.events.map((event) => [event.id, event]));
  const maps = new Map(header?.maps.map((map) => [map.name, map]));
  const formats = new Map<number, { readonly format: string | Uint8Array; readonly print: Printf }>();
  const formatters = new Map<ValueType | undefined, Formatter>();

  const valueFormatter = (type: ValueType | undefined): Formatter => {
    let format = formatters.get(type);
    if (format === undefined) {
      format = textFormatter(type, style);
      formatters.set(type, format);
    }
    return format;
  };
  const mapTypes = (name: string): MapTypes => maps.get(name) ?? {};

  return {
    style,
    source: header?.source ?? { name: "", text: "" },
    mapTypes,
    isScalar(name) {
      const map = maps.get(name);
      return map === undefined ? undefined : map.key === undefined;
    },
    valueType: (event) => events.get(event)?.args[0],
    place: (event) => events.get(event)?.place,
    formatRecord(record) {
      let compiled = formats.get(record.event);
      if (compiled === undefined || compiled.format !== record.format) {
        const types = events.get(record.event)?.args ?? [];
        compiled = { format: record.format, print: compileFormat(record.format, types, style) };
        formats.set(record.event, compiled);
      }
      return compiled.print(record.args);
    },
    keyFormatter(name) {
      const format = valueFormatter(mapTypes(name).key);
      return (key: Value) => stripParentheses(format(key));
    },
    valueFormatter,
  };
}

/**
 * A key of several parts is written without its outer parentheses. As in the reference this looks at the text, so that a
 * single string such as "(sd-pam)" loses them too.
 */
function stripParentheses(key: ByteString): ByteString {
  return key.length >= 2 && key.startsWith("(") && key.endsWith(")") ? key.slice(1, -1) : key;
}
