// Test material: places of static probes, with their notes as <sys/sdt.h> writes them; x86-64.
static volatile __attribute__((used, section(".probes"))) unsigned short sem;
__attribute__((used)) static int counter = 77;
#define NOTE(provider, name, semaphore, args) \
  "990: nop\n.pushsection .note.stapsdt,\"?\",\"note\"\n.balign 4\n.4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
  "993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte " semaphore "\n.asciz \"" provider "\"\n.asciz \"" name "\"\n.asciz \"" args "\"\n994: .balign 4\n.popsection\n" \
  ".ifndef _.stapsdt.base\n.pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n.weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n.popsection\n.endif\n"
int main(void)
{
	/* on the stack, so that their pages are there when the kernel reads them */
	char text[] = "hello", other[] = "world";
	long array[4] = { 10, 20, 30, 40 };
	int n = -5;
	signed char c = -1;
	for (int i = 0; i < 3; i++) {
		__asm__ volatile(NOTE("mine", "one", "0", "-4@%[n] 8@%[t] -4@$-42 8@(%[a],%[i],8) -4@counter(%%rip)")
				 :: [n] "r"(n), [t] "r"(text), [a] "r"(array), [i] "r"((long)i), "m"(array), "m"(text));
		n--;
	}
	__asm__ volatile(NOTE("mine", "one", "0", "-4@$7 8@%[t] -1@%[c] 8@%[x] 4@%[x]")
			  :: [t] "r"(other), [c] "q"(c), [x] "m"(array[3]), "m"(array), "m"(other));
	if (sem)
		__asm__ volatile(NOTE("mine", "guarded", "sem", "2@%[s]") :: [s] "m"(sem));
	return 0;
}
