/**
 * A kernel's verifier as data: its version and behaviours. What a version has is stated as "since" in the tables; a
 * profile is a version, and what a distribution changed.
 */
import { FEATURES, type Feature } from "../codes.ts";

export type KernelProfile = {
  /** "6.12.107"; a line such as "6.12" stands for its first release. */
  readonly version: string;
  readonly features: ReadonlySet<Feature>;
};

/**
 * Versions whose verifier does so: the first of Linus's, after any stable releases that had it sooner, in ascending order.
 * For those the earliest release known to have it is named, so that earlier ones are judged more strictly, not less.
 * Source: kernel/bpf/verifier.c and tnum.c of each release.
 */
const SINCE: Readonly<Record<Feature, readonly string[]>> = {
  BOUNDS_BOTH: ["6.8"],
  BOUNDS_CROSS: ["6.17"],
  ADD_WRAP: ["6.17"],
  MUL_SIGNED: ["6.15"],
  TNUM_UNION: ["6.18"],
  TNUM_OVERLAP: ["6.18"],
  REFINE_BOTH: ["6.8"],
  JSET_FORGET: ["0.0"],
  NEG: ["6.18"],
  UNINIT_STACK: ["5.10", "6.1"],
  NARROW_SPILL: ["5.16"],
  NARROW_FILL: ["6.8"],
  ST_SPILL: ["6.1"],
  MOVSX: ["6.6"],
  LINK_ADD: ["6.11"],
  TRUSTED: ["6.2"],
  CALLBACK: ["5.13"],
  ARRAY_NONNULL: ["6.15"],
  MEM_KEY: ["6.1"],
  RETVAL_PRECISE: ["6.8"],
  PRIVATE_STACK: ["6.13"],
  BSWAP: ["6.18.44", "7.0"],
  VAR_SCRUB: ["6.12.107", "6.18.44", "7.0"],
  TNUM_SINGLE: ["6.18.44", "7.0"],
  ST_CTX: ["6.4"],
  SPILL_ID: ["6.8"],
  HELPER_READS: ["6.14"],
  BOUNDS_CROSS32: ["6.12.107", "6.18.44", "7.0"],
  UNINIT_GROW: ["6.8"],
  ATOMICS: ["5.12"],
  ORDERED: ["6.15"],
  TRUST_WALK: ["6.4"],
  ST_ZERO_SPILL: ["6.8"],
  SPILL_UNBOUNDED: ["6.9"],
  ALU_RANGES: ["6.10"],
  LOOP_MARKS: ["6.19"],
  STACK_LIFE: ["6.18"],
  SLOT_NUMBER: ["6.9"],
  // 6.7, and later releases of 6.6; 6.1 has not: refuses more, so the whole line of 6.6 is judged so
  CALLBACK_ROUNDS: ["6.6"],
  PRECISE_CALLS: ["6.4"],
  SHARED_REFS: ["6.14"],
};

/** Whether a version is one of those, a later release of the same line, or later than the last. */
function hasFeature(version: string, since: readonly string[]): boolean {
  const line = (text: string): string => text.split(".").slice(0, 2).join(".");
  const last = since.at(-1);
  if (last !== undefined && compareVersions(version, last) >= 0) return true;
  return since.some((first) => line(first) === line(version) && compareVersions(version, first) >= 0);
}

/** Kernels that are known by version; the last of each line, as distributions ship them. */
export const KERNEL_VERSIONS = ["5.10", "5.15", "6.1", "6.6", "6.12", "6.18"] as const;

/** -1, 0 or 1: versions compared number by number. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
export function isSince(profile: KernelProfile, version: string): boolean {
  return compareVersions(profile.version, version) >= 0;
}

/** The profile of "6.12", or of a release such as "6.12.107+deb13-cloud-amd64". @throws RangeError if it is no version */
export function profileOf(release: string): KernelProfile {
  const version = /^(\d+\.\d+(?:\.\d+)?)/.exec(release)?.[1];
  if (version === undefined) throw new RangeError(`"${release}" is no kernel version`);
  return {
    version,
    features: new Set(FEATURES.filter((name) => hasFeature(version, SINCE[name]))),
  };
}
