#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct helper {
    struct pool *pool;
    struct worker *worker;
    pthread_t thread;
    unsigned int share;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    const struct burst *burst; /* the present one */
    uint64_t turn;
    unsigned int busy; /* helpers still at work on it */
    bool stopping;
    unsigned int wanted, started; /* helpers */
    pid_t process;                /* that started them: a fork has no helpers */
    struct worker *worker;
    struct helper helpers[MAX_THREADS];
};

struct pool *pool_new(unsigned int threads)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return NULL;
    pool->worker = worker_new();
    if (pool->worker == NULL) {
        free(pool);
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->end, NULL);
    pool->wanted = threads - 1;
    return pool;
}

struct worker *pool_worker(struct pool *pool)
{
    return pool->worker;
}

static void *help(void *argument)
{
    struct helper *helper = argument;
    struct pool *pool = helper->pool;
    uint64_t done = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->turn == done && !pool->stopping)
            pthread_cond_wait(&pool->begin, &pool->lock);
        if (pool->stopping)
            break;
        done = pool->turn;
        const struct burst *burst = pool->burst;
        pthread_mutex_unlock(&pool->lock);
        if (helper->share < burst->threads)
            worker_run(helper->worker, burst, helper->share);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->end);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Start the helpers, or as many as the system allows. They block all signals: Python's threads
 * handle those. */
static void start(struct pool *pool)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->started < pool->wanted) {
        struct helper *helper = &pool->helpers[pool->started];
        helper->pool = pool;
        helper->share = pool->started + 1;
        helper->worker = worker_new();
        if (helper->worker == NULL
            || pthread_create(&helper->thread, NULL, help, helper) != 0) {
            worker_free(helper->worker);
            pool->wanted = pool->started;
            break;
        }
        pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->process = getpid();
}

void pool_run(struct pool *pool, struct burst *burst, struct totals *totals)
{
    size_t worth = burst->member_count / STREAMS_PER_THREAD;
    burst->threads = 1;
    if (pool->wanted > 0 && worth > 1) {
        if (pool->process == 0)
            start(pool);
        if (pool->process == getpid())
            burst->threads = worth < pool->started + 1 ? (unsigned int)worth : pool->started + 1;
    }
    if (burst->threads < 2) {
        worker_run(pool->worker, burst, 0);
        worker_count(pool->worker, totals);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->burst = burst;
    pool->busy = pool->started;
    pool->turn++;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    worker_run(pool->worker, burst, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->end, &pool->lock);
    pool->burst = NULL;
    pthread_mutex_unlock(&pool->lock);
    worker_count(pool->worker, totals);
    for (unsigned int i = 0; i < pool->started; i++)
        worker_count(pool->helpers[i].worker, totals);
}

void pool_stop(struct pool *pool)
{
    if (pool->started == 0 || pool->process != getpid())
        return; /* in a fork the lock may be held by a thread that does not exist there */
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned int i = 0; i < pool->started; i++) {
        pthread_join(pool->helpers[i].thread, NULL);
        worker_free(pool->helpers[i].worker);
    }
    pool->started = pool->wanted = 0;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    pool_stop(pool);
    if (pool->started > 0)
        return;
    worker_free(pool->worker);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->begin);
    pthread_cond_destroy(&pool->end);
    free(pool);
}
