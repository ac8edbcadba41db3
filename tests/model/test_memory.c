/* What happens when memory runs out while the library is read: the nth allocation fails, for every n. Nothing stays allocated or open. The linker sends the calls here. */
#include "model/check.h"
#include "model/library.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

/* Names given by the linker's --wrap. NOLINTBEGIN(bugprone-reserved-identifier) */
void *__real_calloc(size_t n, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
void  __real_free(void *p);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *p, size_t size);
void  __wrap_free(void *p);
/* NOLINTEND(bugprone-reserved-identifier) */

static long allocations_left = -1; /* -1: no end */
static long live;                  /* blocks allocated and not yet freed */

static bool may_allocate(void)
{
    if (allocations_left < 0) return true;
    if (allocations_left == 0) return false;
    allocations_left--;
    return true;
}

static void *counted(void *p)
{
    live += p != NULL;
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? counted(__real_calloc(n, size)) : NULL;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? counted(__real_malloc(size)) : NULL;
}

void *__wrap_realloc(void *p, size_t size)
{
    void *grown = may_allocate() ? __real_realloc(p, size) : NULL;

    live += grown && !p;
    return grown;
}

void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

static int n_open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int  n   = 0;

    if (!dir) return 0;
    while (readdir(dir)) n++;
    closedir(dir);
    return n;
}

static bool count_block(void *ctx, const onset_block_at *at)
{
    (void)at;
    ++*(int *)ctx;
    return true;
}

/* Lists the library and looks for rows of evidence; true when all of it went well. */
static bool work(int *n_blocks)
{
    onset_library *library = NULL;
    bool           tables  = false;
    bool           good;

    *n_blocks = 0;
    if (onset_library_create(NULL, &library) != ONSET_OK) return false;
    good = onset_library_list(NULL, library, count_block, n_blocks) == ONSET_OK;
    good = good && onset_library_evidence(library, NULL, "no_such_row", &tables) == NULL && tables;
    onset_library_free(library);
    return good;
}

/* A library so large that its lists and tables need memory again and again while they are read. */
static void make_library(char *folder)
{
    char  path[512], name[200];
    FILE *file;

    assert_non_null(mkdtemp(folder));
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "%s/%.190s%d.txt", folder, name, i);
        assert_non_null(file = fopen(path, "w"));
        fclose(file);
    }
    snprintf(path, sizeof path, "%s/a.onset", folder);
    assert_non_null(file = fopen(path, "w"));
    fputs("module a\nparam k = 1 [1/h] assumed \"test\"\noutput x = k\n", file);
    fclose(file);
    snprintf(path, sizeof path, "%s/evidence", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/evidence/t.csv", folder);
    assert_non_null(file = fopen(path, "w"));
    fputs("key,source\n", file);
    for (int i = 0; i < 5000; i++) fprintf(file, "k%d,%.50s\n", i, name);
    fclose(file);
    setenv("ONSET_LIBRARY", folder, 1);
}

static void nothing_leaks_whatever_fails(void **state)
{
    char folder[] = "/tmp/onset-test-memory-XXXXXX", command[64];
    int  wanted, n_blocks, n_files;
    long n = 0;

    (void)state;
    make_library(folder);
    assert_true(work(&wanted));
    assert_int_equal(wanted, 1);
    n_files = n_open_files();
    live    = 0;
    for (bool done = false; !done; n++) {
        allocations_left = n;
        done             = work(&n_blocks) && n_blocks == wanted;
        allocations_left = -1;
        if (live != 0) fail_msg("after %ld allocations %ld blocks were left", n, live);
        if (n_open_files() != n_files) fail_msg("after %ld allocations a file was left open", n);
    }
    assert_true(n > 20); /* it did fail that often before */
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_leaks_whatever_fails)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
