/* Finds a kernel: built in, kept in the cache, or compiled now. */
#include "base/error.h"
#include "base/sha256.h"
#include "kernel/builtin.h"
#include "kernel/cache.h"
#include "kernel/compile.h"
#include "kernel/emit.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct onset_kernel {
    void                     *handle; /* NULL: built in */
    const onset_kernel_table *table;
};

/* Everything that one call needs. */
typedef struct {
    onset_error                *err;
    const onset_model          *model;
    const onset_kernel_options *options;
    onset_kernel_origin        *origin;
    onset_arena                *arena;
    onset_plan                 *plan;
    onset_text                  source;
    onset_compiler              compiler;
    char                        key[65];
} loading;

/* Emitted texts longer than this are compiled with -O1: the time of -O2 grows faster than the text. Chosen by measuring. */
enum { LARGE_SOURCE = 600 * 1000 };

static bool optimises(const loading *l)
{
    return l->source.n <= LARGE_SOURCE;
}

static void plan_and_emit(void *ctx)
{
    loading *l = ctx;

    l->plan = onset_kernel_plan(l->arena, l->model);
    onset_emit_plan(l->plan, l->options->isa, &l->source);
}

/* ---- Keys ---- */

static void make_key(loading *l)
{
    onset_sha256  hash;
    unsigned char digest[32];
    char          abi[64];

    snprintf(abi, sizeof abi, "onset kernel %d -O%d", (int)ONSET_KERNEL_ABI, optimises(l) ? 2 : 1);
    onset_sha256_start(&hash);
    onset_sha256_add(&hash, abi, strlen(abi) + 1);
    for (const char *const *flag = onset_compiler_flags(l->options->isa); *flag; flag++) onset_sha256_add(&hash, *flag, strlen(*flag) + 1);
    onset_sha256_add(&hash, l->compiler.identity, sizeof l->compiler.identity);
    onset_sha256_add(&hash, l->source.s, l->source.n);
    onset_sha256_end(&hash, digest);
    onset_sha256_hex(digest, l->key);
}

/* ---- Loading ---- */

/* The table must be of this very model and these lanes. */
static bool fits(const loading *l, const onset_kernel_table *t)
{
    const onset_model *m = l->model;

    return t->abi == ONSET_KERNEL_ABI && t->lanes == onset_isa_lanes(l->options->isa) && t->n_states == m->n_states &&
           t->n_params == m->n_params && t->n_covariates == m->n_covariates && t->n_outputs == m->n_outputs &&
           t->n_consts == l->plan->n_constants && t->n_jac == l->plan->n_jac && t->n_lu == l->plan->elimination.n_lu &&
           t->n_dose_exprs == l->plan->n_dose;
}

static onset_status load_file(loading *l, const char *path, onset_kernel *out)
{
    void                     *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const onset_kernel_table *table;

    if (!handle) return onset_fail(l->err, ONSET_NO_FILE, "cannot load the compiled model: %s", dlerror());
    table = dlsym(handle, "onset_kernel_table");
    if (!table || !fits(l, table)) {
        dlclose(handle);
        return onset_fail(l->err, ONSET_INTERNAL, "the compiled model '%s' is not what was asked for", path);
    }
    *out = (onset_kernel){.handle = handle, .table = table};
    return ONSET_OK;
}

static bool load_from_cache(loading *l, const onset_cache *cache, onset_kernel *out)
{
    onset_error *const err = l->err;
    char               path[3200];
    bool               loaded;

    onset_cache_file(cache, l->key, path, sizeof path);
    if (!onset_cache_is_good(path)) return false;
    l->err = NULL; /* a file that does not load is compiled again */
    loaded = load_file(l, path, out) == ONSET_OK;
    l->err = err;
    return loaded;
}

/* ---- Compiling ---- */

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A name of its own for each process and call: two at work on the same model do not meet. */
static void side_names(const loading *l, const onset_cache *cache, char *source, char *object, size_t size)
{
    static atomic_uint calls; /* only tells names apart */
    const unsigned     call = atomic_fetch_add(&calls, 1);

    snprintf(source, size, "%s/%s-%ld-%u.c", cache->path, l->key, (long)getpid(), call);
    snprintf(object, size, "%s/%s-%ld-%u.part", cache->path, l->key, (long)getpid(), call);
}

static onset_status compile_in(loading *l, const onset_cache *cache, const char *path, bool *elsewhere)
{
    char         source[3300], object[3300];
    const double start = seconds();
    onset_status status;

    side_names(l, cache, source, object, sizeof source);
    status     = onset_file_write(l->err, source, l->source.s, l->source.n);
    *elsewhere = status != ONSET_OK;
    if (status == ONSET_OK)
        status = onset_compiler_run(l->err, &l->compiler, l->options->isa, optimises(l), cache->path, source, object, elsewhere);
    if (status == ONSET_OK) {
        status     = onset_cache_seal(l->err, object, path);
        *elsewhere = status != ONSET_OK;
    }
    unlink(source);
    unlink(object);
    l->origin->compile_s += seconds() - start;
    return status;
}

static onset_status compile_and_load(loading *l, const onset_cache *cache, onset_kernel *out, bool *elsewhere)
{
    char         path[3200];
    onset_status status;

    onset_cache_file(cache, l->key, path, sizeof path);
    status = compile_in(l, cache, path, elsewhere);
    if (status == ONSET_OK) {
        status     = load_file(l, path, out);
        *elsewhere = status == ONSET_NO_FILE; /* a file system that forbids programs, say */
    }
    if (cache->temporary) unlink(path); /* loaded, it lives on without its name */
    return status;
}

static onset_status compile_in_temporary(loading *l, onset_kernel *out)
{
    onset_cache  cache;
    bool         elsewhere;
    onset_status status = onset_cache_open_temporary(l->err, &cache);

    if (status != ONSET_OK) return status;
    status = compile_and_load(l, &cache, out, &elsewhere);
    onset_cache_close(&cache);
    return status;
}

/* A cache that fails while it is written (a full disk) is left for a temporary folder; a compiler that fails is not. */
static onset_status find_or_compile(loading *l, onset_kernel *out)
{
    onset_error *const err   = l->err;
    onset_error        first = {0};
    onset_cache        cache;
    bool               elsewhere;
    onset_status       status = onset_cache_open(l->err, l->options->cache_dir, &cache, l->origin->note);

    if (status != ONSET_OK) return status;
    if (!l->options->no_cache && !cache.temporary && load_from_cache(l, &cache, out)) {
        l->origin->from_cache = true;
        return ONSET_OK;
    }
    onset_cache_sweep(&cache);
    l->err = &first;
    status = compile_and_load(l, &cache, out, &elsewhere);
    l->err = err;
    if (status != ONSET_OK && elsewhere && !cache.temporary) {
        snprintf(l->origin->note, sizeof l->origin->note, "the cache folder is not used (%.150s); compiled into a temporary one",
                 first.message);
        status = compile_in_temporary(l, out);
    } else if (status != ONSET_OK) {
        onset_fail(err, status, "%s", first.message);
    }
    onset_cache_close(&cache);
    return status;
}

/* ---- The whole ---- */

static bool find_builtin(loading *l, onset_kernel *out)
{
    char                      hex[65];
    const onset_kernel_table *table;

    if (l->options->no_builtin) return false;
    onset_sha256_text(l->source.s, l->source.n, hex);
    table = onset_builtin_find(hex);
    if (!table || !fits(l, table)) return false;
    *out               = (onset_kernel){.table = table};
    l->origin->builtin = true;
    return true;
}

static onset_status load(loading *l, onset_kernel *out)
{
    onset_status status;

    if (!onset_isa_runs(l->options->isa))
        return onset_fail(l->err, ONSET_BAD_INPUT, "this computer's processor has no %s instructions", onset_isa_name(l->options->isa));
    l->arena = onset_arena_create();
    if (!l->arena || !onset_arena_run(l->arena, plan_and_emit, l) || l->source.failed)
        return onset_fail(l->err, ONSET_NO_MEMORY, "no memory to compile model '%s'", l->model->name);
    if (find_builtin(l, out)) return ONSET_OK;
    status = onset_compiler_find(l->err, l->options->compiler, &l->compiler);
    if (status != ONSET_OK) return status;
    make_key(l);
    return find_or_compile(l, out);
}

onset_status onset_kernel_load(onset_error *err, const onset_model *model, const onset_kernel_options *options, onset_kernel **out,
                               onset_kernel_origin *origin)
{
    onset_kernel_origin ignored;
    loading             l      = {.err = err, .model = model, .options = options, .origin = origin ? origin : &ignored};
    onset_kernel        loaded = {0}, *kernel = malloc(sizeof *kernel);
    onset_status        status;

    *l.origin = (onset_kernel_origin){0};
    status    = kernel ? load(&l, &loaded) : onset_fail(err, ONSET_NO_MEMORY, "no memory for a compiled model");
    if (status == ONSET_OK) {
        *kernel = loaded;
        *out    = kernel;
    } else {
        free(kernel);
    }
    onset_compiler_free(&l.compiler);
    onset_text_free(&l.source);
    onset_arena_free(l.arena);
    return status;
}

void onset_kernel_free(onset_kernel *kernel)
{
    if (!kernel) return;
    if (kernel->handle) dlclose(kernel->handle);
    free(kernel);
}

const onset_kernel_table *onset_kernel_table_of(const onset_kernel *kernel)
{
    return kernel->table;
}
