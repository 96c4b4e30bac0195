// SPDX-License-Identifier: Apache-2.0
/*
 * Layout (kernel/bpf/ringbuf.c): a page with the consumer's position, a page with the producers', then the data, mapped
 * twice in a row so that a record never wraps. A record: u32 length with two flag bits, u32 of the kernel's, payload, to
 * a multiple of 8.
 */
#include "ring.h"

#include <sys/mman.h>
#include <unistd.h>
#include <linux/bpf.h>

struct ring {
	unsigned long *consumer;
	const unsigned long *producer;
	u8 *data;
	u64 mask, taken;
};

static void *map_part(int fd, size_t size, int protection, size_t offset)
{
	void *at = mmap(NULL, size, protection, MAP_SHARED, fd, offset);

	return at == MAP_FAILED ? NULL : at;
}

struct ring *ring__open(int map_fd, u32 size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct ring *r = mem__zalloc(sizeof(*r));

	r->consumer = map_part(map_fd, page, PROT_READ | PROT_WRITE, 0);
	r->producer = r->consumer ? map_part(map_fd, page + 2ull * size, PROT_READ, page) : NULL;
	if (!r->producer)
		return NULL;
	r->data = (u8 *)r->producer + page;
	r->mask = size - 1;
	return r;
}

static unsigned long produced(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
}

static u32 header_at(const struct ring *r, unsigned long at)
{
	return __atomic_load_n((u32 *)(r->data + (at & r->mask)), __ATOMIC_ACQUIRE);
}

static u32 length_of(u32 header)
{
	return header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
}

static unsigned long next_of(unsigned long at, u32 header)
{
	return at + ((length_of(header) + BPF_RINGBUF_HDR_SZ + 7) & ~7ul);
}

static void *payload_at(const struct ring *r, unsigned long at)
{
	return r->data + (at & r->mask) + BPF_RINGBUF_HDR_SZ;
}

void ring__consume(struct ring *r, ring_take take, void *ctx)
{
	unsigned long at = __atomic_load_n(r->consumer, __ATOMIC_RELAXED);

	while (at < produced(r)) {
		u32 header = header_at(r, at);
		int stop = 0;

		if (header & BPF_RINGBUF_BUSY_BIT)
			return;
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			stop = take(ctx, payload_at(r, at), length_of(header));
			r->taken++;
		}
		at = next_of(at, header);
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
		if (stop)
			return;
	}
}

u64 ring__taken(const struct ring *r)
{
	return r->taken;
}

bool ring__is_empty(const struct ring *r)
{
	return __atomic_load_n(r->consumer, __ATOMIC_RELAXED) == produced(r);
}

u64 ring__pending(const struct ring *r, ring_take show, void *ctx)
{
	unsigned long at = __atomic_load_n(r->consumer, __ATOMIC_RELAXED), end = produced(r);
	u64 count = 0;

	while (at < end) {
		u32 header = header_at(r, at);

		if (!(header & (BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT))) {
			show(ctx, payload_at(r, at), length_of(header));
			count++;
		}
		at = next_of(at, header);
	}
	return count;
}
