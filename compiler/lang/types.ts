/** Short names for the types that the tables' rows speak of. */
import type { IntegerType, Type } from "../types/type.ts";

export const I8: IntegerType = { kind: "integer", size: 1, signed: true };
export const I16: IntegerType = { kind: "integer", size: 2, signed: true };
export const I32: IntegerType = { kind: "integer", size: 4, signed: true };
export const I64: IntegerType = { kind: "integer", size: 8, signed: true };
export const U8: IntegerType = { kind: "integer", size: 1, signed: false };
export const U32: IntegerType = { kind: "integer", size: 4, signed: false };
export const U64: IntegerType = { kind: "integer", size: 8, signed: false };
export const BOOL: Type = { kind: "bool" };
export const NONE: Type = { kind: "none" };
export const ERROR: Type = { kind: "error" };
/** Task names: TASK_COMM_LEN of include/linux/sched.h. */
export const COMM: Type = { kind: "string", size: 16 };
