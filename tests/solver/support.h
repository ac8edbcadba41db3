/* Solving lists of courses in tests. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "problems.h"

typedef struct {
    onset_course *courses;
    int           n, next, done;
    const int    *order; /* NULL: as they are */
} course_list;

static inline onset_course *list_next(void *ctx)
{
    course_list *list = ctx;
    int          k    = list->next++;

    return k < list->n ? &list->courses[list->order ? list->order[k] : k] : NULL;
}

static inline void list_done(void *ctx, onset_course *course)
{
    (void)course;
    ((course_list *)ctx)->done++;
}

static inline onset_solver_options options_of(onset_solver_kind kind, double rtol, double atol)
{
    onset_solver_options o;

    onset_solver_options_init(&o);
    o.kind = kind, o.rtol = rtol, o.atol = atol;
    return o;
}

/* Solves in the order given and checks that every course came back. */
static inline void solve_in_order(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o, onset_course *courses, int n,
                                  const int *order)
{
    course_list         list   = {courses, n, 0, 0, order};
    onset_course_source source = {&list, list_next, list_done, NULL};
    onset_error         err    = {0};

    if (onset_solve(&err, k, isa, o, &source) != ONSET_OK) fail_msg("%s", err.message);
    assert_int_equal(list.done, n);
}

static inline void solve(const onset_kernel_table *k, onset_isa isa, const onset_solver_options *o, onset_course *courses, int n)
{
    solve_in_order(k, isa, o, courses, n, NULL);
}

/* Does this CPU run lanes of that instruction set? */
static inline int cpu_runs(onset_isa isa)
{
#if defined(__x86_64__)
    if (isa == ONSET_ISA_AVX512) return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (isa == ONSET_ISA_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return 1;
}

#define FOR_EACH_ISA(isa)                                                                                                                  \
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++)                                                                       \
        if (cpu_runs(isa))

/* |x - want| <= relative |want| + absolute, with both values in the message. */
#define assert_near(x, want, relative, absolute)                                                                                           \
    do {                                                                                                                                   \
        double near_x = (x), near_want = (want);                                                                                           \
        if (!(fabs(near_x - near_want) <= (relative)*fabs(near_want) + (absolute)))                                                        \
            fail_msg("%s is %.17g, not %.17g (difference %.3g, allowed %.3g)", #x, near_x, near_want, near_x - near_want,                  \
                     (relative)*fabs(near_want) + (absolute));                                                                             \
    } while (0)

#endif
