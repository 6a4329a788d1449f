/* Threads that share the members of a burst. */
#ifndef LIVESHOW_POOL_H
#define LIVESHOW_POOL_H

#include "send.h"

struct pool;

/* `threads` includes the caller's; the others start when they are needed. NULL: no memory. */
struct pool *pool_new(unsigned int threads);
/* End all threads except the caller's. */
void pool_stop(struct pool *pool);
void pool_free(struct pool *pool);

/* The buffers of the calling thread. */
struct worker *pool_worker(struct pool *pool);

/* Send a burst with as many threads as pay off, and add up their counters. */
void pool_run(struct pool *pool, struct burst *burst, struct totals *totals);

#endif
