/** Probes of test/dwarf/program.c and what they print; BIN stands for the program. */
export type RunRow = {
  readonly probe: string;
  /** Body of the probe. */
  readonly body: string;
  readonly text: string;
  /** Why bpftrace 0.27 prints something else. */
  readonly differs?: string;
};

const PACKED = "the arguments of its whole record overlap";
const STACK = "it takes no function with an argument on the stack";
const FLOATS = "it ends with a message about itself";
const SIGN = "bit-fields have no sign there";

export const RUN_ROWS: readonly RunRow[] = [
  // L3.47
  { probe: "uprobe:BIN:hidden", body: "print(args.first); print(args.second);", text: "-1\n-2\n" },
  { probe: "uprobe:BIN:hidden", body: "print(args);", text: "{ .first = -1, .second = -2 }\n", differs: PACKED },
  { probe: "uprobe:BIN:main", body: "print(args.argc); print(args.argv[0] != 0);", text: "1\ntrue\n" },
  { probe: "uprobe:BIN:walk", body: "print(str(args.text)); print(args.point->at.x);", text: "hello\n1\n" },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.other->at.y); print(args.point->tag);",
    text: "4\n12345678\n",
    differs: "a typedef of a struct is another struct there",
  },
  { probe: "uprobe:BIN:walk", body: "print(args.point->next->at); ", text: "{ .x = 3, .y = 4 }\n" },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.point->flag);",
    text: "5\n",
  },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.point->rest); print(args.point->yes);",
    text: "17\ntrue\n",
    differs: "a bool of a struct is a number there",
  },
  { probe: "uprobe:BIN:walk", body: "print(args.point->signed_bits);", text: "-3\n", differs: SIGN },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.point->value.number); print(args.point->inner);",
    text: "99\n77\n",
    differs: "members without a name are not looked into there, nor unions",
  },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.point->bytes); print(args.point->points[1].y);",
    text: "[1,2,3,255]\n8\n",
    differs: "an array of bytes is text there",
  },
  { probe: "uprobe:BIN:walk", body: "print(args.point->values);", text: "[[1,-2],[3,4]]\n" },
  {
    probe: "uprobe:BIN:walk",
    body: "print(args.point->call == 0x1234); print(args.point->color);",
    text: "true\nGREEN\n",
    differs: "enumerators have no names there",
  },
  { probe: "uprobe:BIN:walk", body: "$p = *args.point; print($p.at.x); print($p.next->at.y);", text: "1\n4\n" },
  {
    probe: "uprobe:BIN:narrow",
    body: "print(args.u8); print(args.s8); print(args.s16); print(args.u32);",
    text: "200\n-3\n-300\n4000000000\n",
  },
  {
    probe: "uprobe:BIN:narrow",
    body: "print(args.yes); print(args.color);",
    text: "true\nBLUE\n",
    differs: "both are numbers there",
  },
  {
    probe: "uprobe:BIN:narrow",
    body: "print(args);",
    text: "{ .yes = true, .color = BLUE, .u8 = 200, .s8 = -3, .s16 = -300, .u32 = 4000000000 }\n",
    differs: PACKED,
  },
  {
    probe: "uprobe:BIN:many",
    body: "print(args.a); print(args.f); print(args.seventh); print(str(args.eighth)); print(args.ninth);",
    text: "-1\n99\n-7\nhello\ntrue\n",
    differs: STACK,
  },
  { probe: "uprobe:BIN:many", body: "print(args.c); print(args.e == 0x4321);", text: "LOW\ntrue\n", differs: STACK },
  {
    probe: "uprobe:BIN:fractions",
    body: "print(args.second); print(args.fourth); print(args.sixth);",
    text: "6\n7\n8\n",
    differs: FLOATS,
  },
  {
    probe: "uprobe:BIN:by_value",
    body: "print(args.pair); print(args.pair.b); print(args.i); print(args.j); print(args.k);",
    text: "{ .a = 11, .b = 12 }\n12\n8\n9\n10\n",
    differs: STACK,
  },
  {
    probe: "uprobe:BIN:by_value",
    body: "print(args.big.v[3]); print(args.big.v); print(args.small);",
    text: "4\n[1,2,3,4,5]\n{ .x = 21, .y = 22 }\n",
    differs: STACK,
  },
  {
    probe: "uprobe:BIN:by_value",
    body: "print(args.late.a); print(args.late); print(args.later.c); print(args.later);",
    text: "31\n{ .a = 31, .b = 32 }\n43\n{ .a = 41, .b = 42, .c = 43 }\n",
    differs: STACK,
  },
  {
    probe: "uprobe:BIN:by_value",
    body: "$s = args.small; print($s.y); @[args.pair] = count(); print(@); clear(@);",
    text: "22\n@[{ .a = 11, .b = 12 }]: 1\n",
    differs: STACK,
  },
  { probe: "uprobe:BIN:part_float", body: "print(args.after);", text: "52\n", differs: FLOATS },
  {
    probe: "uprobe:BIN:gives",
    body: "print(args.first); print(args.second);",
    text: "61\n62\n",
    differs: "a result in memory is not looked for there",
  },
  {
    probe: "uprobe:BIN:of_file",
    body: "print(args.file->only); print(args.last);",
    text: "33\n71\n",
    differs: "it takes one register for 128 bits",
  },
  { probe: "uprobe:BIN:variadic", body: "print(str(args.format));", text: "hello\n" },
  {
    probe: "uprobe:BIN:nothing",
    body: "print(args);",
    text: "{}\n",
    differs: "it refuses functions without parameters",
  },
  // Types of the binary in casts, sizeof and offsetof.
  {
    probe: "uprobe:BIN:walk",
    body: "print(((struct waypoint *)arg0)->at.y); print(sizeof(struct waypoint)); print(offsetof(struct waypoint, at));",
    text: "2\n120\n28\n",
  },
  {
    probe: "uprobe:BIN:walk",
    body: "print(((waypoint_t *)arg1)->at.x); print((enum color)5);",
    text: "3\nGREEN\n",
    differs: "typedefs and enumerations are not looked up",
  },
  {
    probe: "uprobe:BIN:of_file",
    body: "print(sizeof(struct file)); print(((struct file *)arg0)->only);",
    text: "4\n33\n",
  },
  { probe: "uretprobe:BIN:of_file", body: "print(sizeof(struct file)); print(retval);", text: "4\n33\n" },
  {
    probe: "uprobe:BIN:walk,uprobe:BIN:hidden",
    body: "print(probetype); print(sizeof(struct point));",
    text: "uprobe\n8\nuprobe\n8\n",
  },
  {
    probe: "uprobe:BIN:gives,uprobe:BIN:hidden",
    body: "print(args.first);",
    text: "61\n-1\n",
    differs: "a result in memory is not looked for there",
  },
];
