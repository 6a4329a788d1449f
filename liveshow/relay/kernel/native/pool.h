/* Threads that share a burst, and wait for the next one. */
#ifndef LIVESHOW_POOL_H
#define LIVESHOW_POOL_H

#include "send.h"

struct pool;

/* `threads`, the caller's included; the others begin when they are needed. NULL: no memory. */
struct pool *pool_new(unsigned int threads);
/* End the threads but the caller's. */
void pool_stop(struct pool *pool);
void pool_free(struct pool *pool);

/* The buffers of the calling thread. */
struct worker *pool_worker(struct pool *pool);

/* Send a burst with as many threads as it is worth, and add up what they counted. */
void pool_run(struct pool *pool, struct burst *burst, struct totals *totals);

#endif
