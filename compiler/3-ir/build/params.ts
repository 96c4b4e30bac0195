/** Script parameters that the loader writes into .rodata. */
import type { Param } from "../../2-check/typed.ts";
import type { ValueId } from "../ir.ts";
import type { Place } from "./draft.ts";
import type { Lowering } from "./lowering.ts";

/** The number of a parameter. */
export function paramScalar(cx: Lowering, param: Param): ValueId {
  const { fn } = cx;
  return fn.load(
    { base: fn.data(".rodata", paramOffset(cx, param, 8)), offset: 0, memory: "data", align: 8 },
    8,
    false,
  );
}

/** The text of a parameter, `size` bytes with its NULs. */
export function paramPlace(cx: Lowering, param: Param, size: number): Place {
  return { base: cx.fn.data(".rodata", paramOffset(cx, param, size)), offset: 0, memory: "data", align: 8 };
}

function paramOffset(cx: Lowering, param: Param, size: number): number {
  switch (param.kind) {
    case "positional": {
      const { index, type } = param;
      return cx.module.param(`$${index} ${type}`, size, (offset) => ({
        kind: "positional",
        index,
        type,
        offset,
        size,
      }));
    }
    case "count":
      return cx.module.param("$#", 8, (offset) => ({ kind: "count", offset, size: 8 }));
    case "named": {
      const { name, type, description } = param;
      const base = { kind: "named", name, type, size, default: param.default } as const;
      return cx.module.param(`--${name}`, size, (offset) =>
        description === undefined ? { ...base, offset } : { ...base, offset, description },
      );
    }
  }
}
