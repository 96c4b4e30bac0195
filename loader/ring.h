/* SPDX-License-Identifier: Apache-2.0 */
/* The consumer's end of a BPF ring buffer. What was submitted is read off the buffer itself, not off what became of it. */
#ifndef TRACELET_RING_H
#define TRACELET_RING_H

#include "bytes.h"

struct ring;

/* Not 0: stop after this record. */
typedef int (*ring_take)(void *ctx, void *data, size_t size);

/* NULL with errno. */
struct ring *ring__open(int map_fd, u32 size);
/* Takes records until the buffer is empty, or one that is still being written is met, or take() says stop. */
void ring__consume(struct ring *r, ring_take take, void *ctx);
/* Records that were taken so far. */
u64 ring__taken(const struct ring *r);
/* True when the producers' position is the consumer's. */
bool ring__is_empty(const struct ring *r);
/* Shows the submitted records that nobody has taken, and leaves them there; returns their number. */
u64 ring__pending(const struct ring *r, ring_take show, void *ctx);

#endif
