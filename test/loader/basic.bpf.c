// Test material: what the compiler would emit for a few scripts, written by hand (with its manifest in objects.ts).
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name_, type_, key_, value_, entries_) \
	struct {                                  \
		__uint(type, type_);              \
		__uint(key_size, key_);           \
		__uint(value_size, value_);       \
		__uint(max_entries, entries_);    \
	} name_ SEC(".maps")

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

MAP(m_count, BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 64);
MAP(m_keyed, BPF_MAP_TYPE_HASH, 24, 8, 64);
MAP(m_hist, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 66);
MAP(m_khist, BPF_MAP_TYPE_PERCPU_HASH, 16, 8, 64);
MAP(m_stats, BPF_MAP_TYPE_PERCPU_HASH, 8, 16, 64);
MAP(m_min, BPF_MAP_TYPE_PERCPU_HASH, 8, 16, 64);

/* .bss: at 0 what begin dropped, 8 what end dropped, 16 a site, 32 a global map (flag, value) */
struct {
	__u64 begin, end;
	__u64 site_count;
	__s64 site_error;
	__u64 global_set;
	__s64 global;
} bss;

/* .rodata: 0 $1 as int, 8 $2 as string of 16, 24 $#, 32 --n (int), 40 ncpus */
const volatile struct {
	__s64 first;
	char second[16];
	__u64 count;
	__s64 named;
	__u64 ncpus;
} rodata = { .second = "" };

static __always_inline void emit(__u64 *dropped, void *data, __u32 size)
{
	if (bpf_ringbuf_output(&events, data, size, 0))
		*dropped += 1;
}

struct text_event {
	__u32 id, zero;
	__s64 number;
	char text[16];
};

struct exit_event {
	__u32 id, zero;
	__s64 code;
};

struct map_event {
	__u32 id, zero;
};

static __always_inline void bump(void *map, void *key, __u64 by)
{
	__u64 zero = 0, *at = bpf_map_lookup_elem(map, key);

	if (!at) {
		bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
		at = bpf_map_lookup_elem(map, key);
	}
	if (at)
		*at += by;
}

SEC("raw_tp/tracelet_begin")
int begin_0(void *ctx)
{
	struct text_event e = { .id = 1, .number = -7, .text = "hello" };
	struct exit_event x = { .id = 2, .code = 3 };
	struct map_event p = { .id = 4 };
	__u64 key = 5, stats[2] = { 2, 11 }, least[2] = { -3, 1 };
	__u32 bucket = 4;
	struct {
		char comm[16];
		__u64 n;
	} named = { "a key", 9 };
	struct {
		__u64 key;
		__u32 bucket, pad;
	} hkey = { 1, 3, 0 };

	bump(&m_count, &key, 1);
	bump(&m_count, &key, 1);
	key = 6;
	bump(&m_count, &key, 40);
	bump(&m_hist, &bucket, 2);
	bucket = 6;
	bump(&m_hist, &bucket, 1);
	bump(&m_khist, &hkey, 5);
	hkey.bucket = 0;
	bump(&m_khist, &hkey, 1);
	hkey.key = 2;
	bump(&m_khist, &hkey, 1);
	bpf_map_update_elem(&m_keyed, &named, &key, 0);
	bpf_map_update_elem(&m_stats, &key, stats, 0);
	bpf_map_update_elem(&m_min, &key, least, 0);
	bss.global_set = 1;
	bss.global = -rodata.ncpus;
	bss.site_count += 2;
	bss.site_error = -14;
	emit(&bss.begin, &e, sizeof(e));
	emit(&bss.begin, &p, sizeof(p));
	e.number = rodata.first;
	for (int i = 0; i < 16; i++)
		e.text[i] = rodata.second[i];
	emit(&bss.begin, &e, sizeof(e));
	e.number = rodata.named;
	e.text[0] = 'n';
	e.text[1] = 0;
	emit(&bss.begin, &e, sizeof(e));
	emit(&bss.begin, &x, sizeof(x));
	return 0;
}

SEC("raw_tp/tracelet_end")
int end_0(void *ctx)
{
	struct text_event e = { .id = 3, .number = rodata.count, .text = "bye" };

	emit(&bss.end, &e, sizeof(e));
	return 0;
}

char _license[] SEC("license") = "GPL";
