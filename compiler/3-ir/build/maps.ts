/** The script's maps: what each becomes in the object, and its entry in the manifest. */
import type { MapInfo } from "../../2-check/typed.ts";
import type { MapEntry, ValueType } from "../../5-object/manifest.ts";
import { alignUp, sizeOf } from "../../types/layout.ts";
import { toValueType } from "../../types/to-value-type.ts";
import type { Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import { linearBuckets, logBuckets } from "./buckets.ts";
import type { MapPlan } from "./lowering.ts";
import type { ModuleBuilder } from "./module-builder.ts";

/** Plans a map and adds it, or its room in .bss, to the object. */
export function planMap(module: ModuleBuilder, info: MapInfo, index: number): MapPlan {
  const describe = (type: Type): ValueType => toValueType(type, (stack) => module.stackMap(stack));
  const value = describe(info.value);
  const valueSize = sizeOf(info.value);
  const symbol = `AT_${info.name.slice(1)}`;
  const base = { name: info.name, storage: info.storage, value, valueSize, print: true };

  if (info.storage === "global") {
    const type: ValueType = {
      k: "record",
      size: 8 + valueSize,
      fields: [
        { name: "set", offset: 0, type: { k: "int", size: 8, signed: false } },
        { name: "value", offset: 8, type: value },
      ],
    };
    const offset = module.bss(symbol, 8 + valueSize, type);
    const entry: MapEntry = { ...base, offset, keySize: 0, maxEntries: 1 };
    return { info, index, entry, symbol: "", offset };
  }

  if (info.key === undefined) {
    const maxEntries = bucketsOf(info.value);
    const entry: MapEntry = { ...base, symbol, keySize: 4, maxEntries };
    module.addMap({
      symbol,
      type: info.storage,
      keySize: 4,
      valueSize,
      maxEntries,
      flags: 0,
      keyType: { k: "int", size: 4, signed: false },
      valueType: value,
    });
    return { info, index, entry, symbol, offset: 0 };
  }

  invariant(info.storage !== "percpu_array", "3-ir", `${info.name} has keys`);
  const key = describe(info.key);
  const size = sizeOf(info.key);
  const bucket = bucketSize(info.value);
  const bucketOffset = bucket === 0 ? undefined : alignUp(size, bucket);
  const keySize = bucketOffset === undefined ? size : bucketOffset + bucket;
  const entry: MapEntry = { ...base, symbol, key, keySize, maxEntries: info.maxEntries };
  module.addMap({
    symbol,
    type: info.storage,
    keySize,
    valueSize,
    maxEntries: info.maxEntries,
    flags: 0,
    keyType: bucketOffset === undefined ? key : withBucket(key, keySize, bucketOffset, bucket),
    valueType: value,
  });
  return { info, index, entry: bucketOffset === undefined ? entry : { ...entry, bucketOffset }, symbol, offset: 0 };
}

function withBucket(key: ValueType, size: number, offset: number, bucket: 4 | 8 | 0): ValueType {
  const fields = [
    { offset: 0, type: key },
    { offset, type: { k: "int", size: bucket === 8 ? 8 : 4, signed: false } as const },
  ];
  return { k: "tuple", size, fields };
}

/** Entries of a scalar map. */
function bucketsOf(type: Type): number {
  if (type.kind !== "aggregate") return 1;
  switch (type.fn) {
    case "hist":
      return logBuckets(type.bits);
    case "lhist":
      return linearBuckets(type.min, type.max, type.step);
    case "tseries":
      return type.count;
    default:
      return 1;
  }
}

/** Bytes of the bucket's number in a key; 0 where a value is not made of buckets. */
function bucketSize(type: Type): 0 | 4 | 8 {
  if (type.kind !== "aggregate") return 0;
  if (type.fn === "tseries") return 8;
  return type.fn === "hist" || type.fn === "lhist" ? 4 : 0;
}
