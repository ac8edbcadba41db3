#include "kernel/compile.h"

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* No headers are read and no start-up code is linked; libm and libmvec only where they are called. Contraction to fused
 * multiply-adds is the same for all lanes, so it changes no lane's bits relative to another's. */
#define COMMON_FLAGS                                                                                                                       \
    "-std=c17", "-x", "c", "-w", "-fPIC", "-shared", "-nostdlib", "-pipe", "-fvisibility=hidden", "-ffp-contract=fast", "-fno-math-errno", \
        "-fno-trapping-math", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"

static const char *const scalar_flags[] = {COMMON_FLAGS, NULL};
#if defined(__x86_64__)
static const char *const scalar_fma_flags[] = {COMMON_FLAGS, "-mavx2", "-mfma", NULL}; /* one lane, where the processor can */
static const char *const sse2_flags[]       = {COMMON_FLAGS, "-march=x86-64-v2", NULL};
static const char *const avx2_flags[]       = {COMMON_FLAGS, "-mavx2", "-mfma", NULL};
static const char *const avx512_flags[]     = {
        COMMON_FLAGS, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma", "-mprefer-vector-width=512", NULL};
#else
static const char *const sse2_flags[]   = {COMMON_FLAGS, NULL};
static const char *const avx2_flags[]   = {COMMON_FLAGS, NULL};
static const char *const avx512_flags[] = {COMMON_FLAGS, NULL};
#endif

static const char *const libraries[] = {"-Wl,--as-needed",
#if defined(__x86_64__) && defined(__GLIBC__)
                                        "-lmvec",
#endif
                                        "-lm", "-lc", NULL};

const char *const *onset_compiler_flags(onset_isa isa)
{
    switch (isa) {
    case ONSET_ISA_SSE2:
        return sse2_flags;
    case ONSET_ISA_AVX2:
        return avx2_flags;
    case ONSET_ISA_AVX512:
        return avx512_flags;
    default:
#if defined(__x86_64__)
        if (onset_isa_runs(ONSET_ISA_AVX2)) return scalar_fma_flags;
#endif
        return scalar_flags;
    }
}

/* ---- Finding it ---- */

static bool is_program(const char *path)
{
    struct stat about;

    return access(path, X_OK) == 0 && stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

/* As a shell would look for it; malloc'ed, or NULL. */
static char *find_program(const char *name)
{
    const char *path = getenv("PATH");
    onset_text  full = {0};

    if (strchr(name, '/')) return is_program(name) ? strdup(name) : NULL;
    if (!path) path = "/usr/local/bin:/usr/bin:/bin";
    while (*path) {
        const size_t n = strcspn(path, ":");

        full.n = 0;
        onset_text_add_n(&full, n ? path : ".", n ? n : 1);
        onset_text_printf(&full, "/%s", name);
        if (!full.failed && is_program(full.s)) return full.s; /* handed over */
        path += n + (path[n] == ':');
    }
    onset_text_free(&full);
    return NULL;
}

static onset_status split_words(onset_compiler *c, const char *command)
{
    size_t n_letters = strlen(command);

    c->words = strdup(command);
    c->argv  = calloc(n_letters / 2 + 2, sizeof *c->argv);
    if (!c->words || !c->argv) return ONSET_NO_MEMORY;
    for (char *s = c->words; *s;) {
        s += strspn(s, " \t\n");
        if (!*s) break;
        c->argv[c->n_argv++] = s;
        s += strcspn(s, " \t\n");
        if (*s) *s++ = '\0';
    }
    return ONSET_OK;
}

/* All of it is hashed, so that arguments of any length tell two compilers apart. */
static void identify(onset_compiler *c)
{
    char         resolved[4096], times[96];
    const char  *path  = realpath(c->argv[0], resolved) ? resolved : c->argv[0];
    struct stat  about = {0};
    onset_sha256 hash;

    stat(path, &about);
    snprintf(times, sizeof times, "%lld %lld.%09ld", (long long)about.st_size, (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    onset_sha256_start(&hash);
    onset_sha256_add(&hash, path, strlen(path) + 1);
    onset_sha256_add(&hash, times, strlen(times) + 1);
    for (int i = 1; i < c->n_argv; i++) onset_sha256_add(&hash, c->argv[i], strlen(c->argv[i]) + 1);
    onset_sha256_end(&hash, c->identity);
    c->found = true;
}

onset_status onset_compiler_find(onset_error *err, const char *command, onset_compiler *out)
{
    const char    *from_environment = getenv("CC");
    onset_compiler c                = {0};
    char          *path;

    if (!command) command = from_environment && strspn(from_environment, " \t") < strlen(from_environment) ? from_environment : "cc";
    if (split_words(&c, command) != ONSET_OK) {
        onset_compiler_free(&c);
        return onset_fail(err, ONSET_NO_MEMORY, "no memory to look for the C compiler");
    }
    path = c.n_argv ? find_program(c.argv[0]) : NULL;
    if (!path) {
        onset_compiler_free(&c);
        return onset_fail(err, ONSET_NO_COMPILER,
                          "a C compiler is needed for this model, and '%s' was not found; install one (Debian, Ubuntu: apt install gcc) "
                          "or name one in the environment variable CC",
                          command);
    }
    c.argv[0] = path;
    identify(&c);
    *out = c;
    return ONSET_OK;
}

void onset_compiler_free(onset_compiler *compiler)
{
    if (compiler->argv && compiler->found) free(compiler->argv[0]);
    free(compiler->argv);
    free(compiler->words);
    *compiler = (onset_compiler){0};
}

/* ---- Running it ---- */

/* The environment with temporary files in our folder and messages in English, so that they can be recognised. */
static char **environment_for(const char *folder, char *tmpdir, size_t size)
{
    static char language[] = "LC_ALL=C";
    size_t      n = 0, kept = 0;
    char      **list;

    while (environ[n]) n++;
    list = calloc(n + 3, sizeof *list);
    if (!list) return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "TMPDIR=", 7) != 0 && strncmp(environ[i], "LC_ALL=", 7) != 0) list[kept++] = environ[i];
    snprintf(tmpdir, size, "TMPDIR=%s", folder);
    list[kept++] = tmpdir;
    list[kept]   = language;
    return list;
}

static char **arguments_for(const onset_compiler *c, onset_isa isa, bool optimise, const char *source, const char *object)
{
    const char *const *flags = onset_compiler_flags(isa);
    const char       **argv;
    size_t             n = 0, n_flags = 0;

    while (flags[n_flags]) n_flags++;
    argv = calloc((size_t)c->n_argv + n_flags + sizeof libraries / sizeof *libraries + 8, sizeof *argv);
    if (!argv) return NULL;
    for (int i = 0; i < c->n_argv; i++) argv[n++] = c->argv[i];
    argv[n++] = optimise ? "-O2" : "-O1";
    for (size_t i = 0; i < n_flags; i++) argv[n++] = flags[i];
    argv[n++] = "-o";
    argv[n++] = object;
    argv[n++] = source;
    for (size_t i = 0; libraries[i]; i++) argv[n++] = libraries[i];
    return (char **)argv; /* posix_spawn() changes none of the words */
}

static int spawn(pid_t *pid, char **argv, char **env, int messages)
{
    posix_spawn_file_actions_t actions;
    int                        failed;

    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, messages, 1);
    posix_spawn_file_actions_adddup2(&actions, messages, 2);
    failed = posix_spawn(pid, argv[0], &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Reads all that is said, keeping the beginning. */
static void listen_to(int from, char *said, size_t size)
{
    char   rest[4096];
    size_t n = 0;

    for (;;) {
        const bool    full = n + 1 >= size;
        const ssize_t got  = full ? read(from, rest, sizeof rest) : read(from, said + n, size - 1 - n);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        if (!full) n += (size_t)got;
    }
    said[n] = '\0';
}

static bool says_full(const char *said)
{
    static const char *const signs[] = {"No space left on device", "Disk quota exceeded", "Read-only file system", "Permission denied",
                                        "cannot open output file", "File too large",      "Input/output error"};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(said, signs[i])) return true;
    return false;
}

/* The first lines of what the compiler said, on one line. */
static void shorten(char *said)
{
    int n_lines = 0;

    for (char *s = said; *s; s++) {
        if (*s != '\n') continue;
        if (++n_lines == 3 || !s[1]) {
            *s = '\0';
            break;
        }
        *s = ';';
    }
}

static onset_status verdict(onset_error *err, const onset_compiler *c, int how, char *said, bool *full)
{
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return ONSET_OK;
    *full = says_full(said);
    shorten(said);
    if (WIFSIGNALED(how))
        return onset_fail(err, ONSET_NO_COMPILER, "the C compiler '%s' was ended by signal %d (%s); is there enough memory? It said: %s",
                          c->argv[0], WTERMSIG(how), strsignal(WTERMSIG(how)), said[0] ? said : "nothing");
    return onset_fail(err, ONSET_NO_COMPILER, "the C compiler '%s' failed with exit code %d: %s", c->argv[0],
                      WIFEXITED(how) ? WEXITSTATUS(how) : -1, said[0] ? said : "it said nothing");
}

static onset_status run(onset_error *err, const onset_compiler *c, char **argv, char **env, bool *full)
{
    char  said[800];
    int   ends[2], how = 0, failed;
    pid_t pid, ended;

    if (pipe2(ends, O_CLOEXEC) != 0) return onset_fail(err, ONSET_NO_COMPILER, "cannot start the C compiler: %s", strerror(errno));
    failed = spawn(&pid, argv, env, ends[1]);
    close(ends[1]);
    if (!failed) {
        listen_to(ends[0], said, sizeof said);
        do ended = waitpid(pid, &how, 0);
        while (ended < 0 && errno == EINTR);
    }
    close(ends[0]);
    if (failed) return onset_fail(err, ONSET_NO_COMPILER, "cannot start the C compiler '%s': %s", c->argv[0], strerror(failed));
    /* A host program that ignores SIGCHLD leaves nothing to wait for; whether there is an object, and a whole one, is seen next. */
    if (ended < 0 && errno == ECHILD) return ONSET_OK;
    if (ended < 0) return onset_fail(err, ONSET_NO_COMPILER, "lost the C compiler '%s': %s", c->argv[0], strerror(errno));
    return verdict(err, c, how, said, full);
}

onset_status onset_compiler_run(onset_error *err, const onset_compiler *compiler, onset_isa isa, bool optimise, const char *folder,
                                const char *source, const char *object, bool *full)
{
    char         tmpdir[4200];
    char       **argv   = arguments_for(compiler, isa, optimise, source, object);
    char       **env    = environment_for(folder, tmpdir, sizeof tmpdir);
    onset_status status = ONSET_NO_MEMORY;

    *full = false;
    if (argv && env)
        status = run(err, compiler, argv, env, full);
    else
        onset_fail(err, ONSET_NO_MEMORY, "no memory to run the C compiler");
    free(argv);
    free(env);
    return status;
}
