/** Names of programs: C identifiers that say what they trace, unique in the object. */

/** Longest name that leaves room for a number and fits BTF tools' 63 characters. */
const MAX_LENGTH = 56;

/** "kprobe:tcp_sendmsg" → "kprobe_tcp_sendmsg_1"; `taken` remembers the names given. */
export function programName(text: string, taken: Set<string>): string {
  const clean = text
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^(\d)/, "_$1")
    .slice(0, MAX_LENGTH)
    .replace(/_+$/, "");
  let number = 1;
  while (taken.has(`${clean}_${number}`)) number++;
  const name = `${clean}_${number}`;
  taken.add(name);
  return name;
}
