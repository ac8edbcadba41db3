/* How fast this machine does one vector operation when nothing else is in its way. Compiled for each width (limit.c). */
#ifndef ONSET_BENCH_LIMIT_H
#define ONSET_BENCH_LIMIT_H

typedef struct {
    double multiply_add, divide, square_root, load, store; /* [ns] each, of one vector, from the first-level cache */
} bench_limit;

bench_limit bench_limit_2(void);
bench_limit bench_limit_4(void);
bench_limit bench_limit_8(void);

#endif
