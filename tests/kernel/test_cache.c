/* Where kernels are kept: found again, never trusted when they are not ours or not whole, and done without when they cannot be kept. */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/onset-test-XXXXXX"; /* of this run */

static onset_model *model(void)
{
    onset_model *m = fixture_model("small", 1, 1, 0, 1);

    m->states[0].rate =
        fixture_op(m, ONSET_NODE_MUL, fixture_param(m, 0), onset_graph_unary(&m->graph, ONSET_NODE_EXP, fixture_state(m, 0)));
    m->outputs[0].node = fixture_state(m, 0);
    return m;
}

typedef struct {
    onset_status        status;
    onset_error         err;
    onset_kernel_origin origin;
    bool                right; /* the kernel computes what it should */
} outcome;

/* exp(0) x 3 */
static bool computes(const onset_kernel_table *t)
{
    double *params = fixture_array(1, t->lanes), *consts = fixture_array(t->n_consts, t->lanes), *y = fixture_array(1, t->lanes),
           *dydt = fixture_array(1, t->lanes);
    bool right;

    for (int i = 0; i < t->lanes; i++) params[i] = 3;
    t->prepare(params, consts);
    t->rhs(y, y, consts, dydt);
    right = dydt[0] == 3;
    free(params);
    free(consts);
    free(y);
    free(dydt);
    return right;
}

static outcome load_with(const onset_kernel_options *options)
{
    onset_model  *m      = model();
    onset_kernel *kernel = NULL;
    outcome       o      = {0};

    o.status = onset_kernel_load(&o.err, m, options, &kernel, &o.origin);
    if (o.status == ONSET_OK) o.right = computes(onset_kernel_table_of(kernel));
    onset_kernel_free(kernel);
    fixture_free(m);
    return o;
}

static outcome load_in(const char *cache)
{
    const onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache};

    return load_with(&options);
}

static void assert_compiled(const outcome *o)
{
    if (o->status != ONSET_OK) fail_msg("%s", o->err.message);
    assert_true(o->right);
    assert_false(o->origin.from_cache);
    assert_true(o->origin.compile_s > 0);
}

static void assert_found(const outcome *o)
{
    if (o->status != ONSET_OK) fail_msg("%s", o->err.message);
    assert_true(o->right);
    assert_true(o->origin.from_cache);
    assert_true(o->origin.compile_s == 0);
}

static char *at(const char *name) /* in the folder of this run; free it */
{
    char *path = NULL;

    if (asprintf(&path, "%s/%s", folder, name) < 0) abort();
    return path;
}

/* The names in a folder, "a b"; free it. */
static char *list(const char *path)
{
    onset_text     text = {0};
    DIR           *dir  = opendir(path);
    struct dirent *e;

    onset_text_add(&text, "");
    while (dir && (e = readdir(dir)))
        if (e->d_name[0] != '.') onset_text_printf(&text, "%s%s", text.n ? " " : "", e->d_name);
    if (dir) closedir(dir);
    return text.s;
}

/* The one kernel in a cache; free it. */
static char *only_file(const char *cache)
{
    char *names = list(cache), *path = NULL;

    if (!strstr(names, ".so") || strchr(names, ' ')) fail_msg("the cache holds '%s'", names);
    if (asprintf(&path, "%s/%s", cache, names) < 0) abort();
    free(names);
    return path;
}

static void the_second_time_it_is_found(void **state)
{
    char       *cache = at("second/deeper");
    outcome     first = load_in(cache), second = load_in(cache);
    struct stat about;

    (void)state;
    assert_compiled(&first);
    assert_found(&second);
    assert_string_equal(second.origin.note, "");
    assert_int_equal(stat(cache, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    free(only_file(cache)); /* nothing else is left behind */
    free(cache);
}

static void another_compiler_or_instruction_set_is_another_kernel(void **state)
{
    char                *cache   = at("another");
    onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache};
    outcome              o       = load_with(&options);

    (void)state;
    assert_compiled(&o);
    options.isa = ONSET_ISA_SCALAR;
    o           = load_with(&options);
    assert_compiled(&o);
    options.compiler = "cc -DONE";
    o                = load_with(&options);
    assert_compiled(&o);
    o = load_with(&options);
    assert_found(&o);
    free(cache);
}

static void on_wish_it_is_compiled_again(void **state)
{
    char                *cache   = at("again");
    onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache};
    outcome              o       = load_with(&options);

    (void)state;
    assert_compiled(&o);
    options.no_cache = true;
    o                = load_with(&options);
    assert_compiled(&o);
    free(cache);
}

/* Every length and every kind of damage: cut short, a bit turned, grown, emptied. */
static void damage_is_noticed(void **state)
{
    char       *cache = at("damage"), *path;
    outcome     o     = load_in(cache);
    struct stat about;

    (void)state;
    assert_compiled(&o);
    path = only_file(cache);
    assert_int_equal(stat(path, &about), 0);
    for (int kind = 0; kind < 8; kind++) {
        const int file = open(path, O_RDWR);
        char      byte = 0;

        assert_true(file >= 0);
        if (kind < 4) {
            assert_int_equal(ftruncate(file, about.st_size * kind / 4), 0);
        } else if (kind < 7) {
            const off_t place = about.st_size * (kind - 4) / 3 + 20;

            assert_int_equal(pread(file, &byte, 1, place), 1);
            byte ^= 8;
            assert_int_equal(pwrite(file, &byte, 1, place), 1);
        } else {
            assert_int_equal(pwrite(file, &byte, 1, about.st_size), 1);
        }
        close(file);
        o = load_in(cache);
        assert_compiled(&o);
        o = load_in(cache);
        assert_found(&o);
    }
    free(path);
    free(cache);
}

static void a_file_that_others_may_write_is_not_trusted(void **state)
{
    char   *cache = at("writable"), *path;
    outcome o     = load_in(cache);

    (void)state;
    assert_compiled(&o);
    path = only_file(cache);
    assert_int_equal(chmod(path, 0622), 0);
    o = load_in(cache);
    assert_compiled(&o);
    o = load_in(cache);
    assert_found(&o);
    free(path);
    free(cache);
}

static void a_file_of_another_user_is_not_trusted(void **state)
{
    char   *cache = at("foreign"), *path;
    outcome o     = load_in(cache);

    (void)state;
    assert_compiled(&o);
    path = only_file(cache);
    if (geteuid() != 0) {
        print_message("# not tried: it needs root\n"); /* not skip(): cmocka then prints what TAP takes for a failure */
        return;
    }
    assert_int_equal(chown(path, 12345, 12345), 0);
    o = load_in(cache);
    assert_compiled(&o);
    free(path);
    free(cache);
}

static void a_file_that_is_a_link_is_not_followed(void **state)
{
    char   *cache = at("linked-file"), *path, *elsewhere = at("elsewhere.so");
    outcome o = load_in(cache);

    (void)state;
    assert_compiled(&o);
    path = only_file(cache);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    o = load_in(cache);
    assert_compiled(&o);
    free(elsewhere);
    free(path);
    free(cache);
}

static void put_file(const char *cache, const char *name, time_t age)
{
    char           *path    = NULL;
    struct timespec when[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};
    int             file;

    if (asprintf(&path, "%s/%s", cache, name) < 0) abort();
    file = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    assert_int_equal(futimens(file, when), 0);
    close(file);
    free(path);
}

static void what_is_old_is_swept(void **state)
{
#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    char   *cache = at("sweep"), *names;
    outcome o     = load_in(cache);

    (void)state;
    assert_compiled(&o);
    put_file(cache, KEY "-1-0.part", 7200);
    put_file(cache, KEY "-2-0.c", 7200);
    put_file(cache, KEY "-3-0.part", 60);
    put_file(cache, KEY ".so", 100 * 24 * 3600);
    put_file(cache, "notes.so", 100 * 24 * 3600);
    {
        const onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .no_cache = true};

        o = load_with(&options);
    }
    assert_compiled(&o);
    names = list(cache);
    assert_null(strstr(names, KEY "-1-0"));
    assert_null(strstr(names, KEY "-2-0"));
    assert_non_null(strstr(names, KEY "-3-0.part")); /* of a process at work */
    assert_null(strstr(names, KEY ".so"));
    assert_non_null(strstr(names, "notes.so")); /* not ours */
    o = load_in(cache);
    assert_found(&o);
    free(names);
    free(cache);
}

/* A host that ignores SIGCHLD has no exit codes. */
static void it_compiles_where_children_are_not_waited_for(void **state)
{
    char   *cache = at("sigchld");
    outcome o;

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    o = load_in(cache);
    signal(SIGCHLD, SIG_DFL);
    assert_compiled(&o);
    free(cache);
}

/* ---- Folders that cannot be used: a note, and a temporary one ---- */

static void assert_fallback(const char *cache, const char *why)
{
    outcome o = load_in(cache);

    assert_compiled(&o);
    if (!strstr(o.origin.note, why)) fail_msg("the note is '%s', without '%s'", o.origin.note, why);
    assert_non_null(strstr(o.origin.note, "temporary"));
}

static void a_folder_that_others_may_write_is_not_used(void **state)
{
    char *cache = at("open");

    (void)state;
    assert_int_equal(mkdir(cache, 0700), 0);
    assert_int_equal(chmod(cache, 0777), 0);
    assert_fallback(cache, "others may write");
    free(cache);
}

static void a_folder_of_another_user_is_not_used(void **state)
{
    char *cache = at("theirs");

    (void)state;
    if (geteuid() != 0) {
        print_message("# not tried: it needs root\n"); /* not skip(): cmocka then prints what TAP takes for a failure */
        return;
    }
    assert_int_equal(mkdir(cache, 0700), 0);
    assert_int_equal(chown(cache, 12345, 12345), 0);
    assert_fallback(cache, "another user");
    free(cache);
}

static void a_folder_that_is_a_link_is_not_used(void **state)
{
    char *cache = at("link"), *target = at("link-target");

    (void)state;
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, cache), 0);
    assert_fallback(cache, "symbolic link");
    free(cache);
    free(target);
}

static void a_folder_that_cannot_be_made_is_done_without(void **state)
{
    char *file = at("a-file"), *cache = at("a-file/cache");
    int   made = open(file, O_CREAT | O_WRONLY, 0600);

    (void)state;
    close(made);
    assert_fallback(cache, "Not a directory");
    assert_fallback("/proc/onset", "No such file");
    assert_fallback("/dev/full", "no folder");
    free(cache);
    free(file);
}

/* The usual folder comes from the environment; without any, a temporary one. */
static void the_environment_names_the_folder(void **state)
{
    char   *xdg = at("xdg"), *home = at("home"), *path;
    outcome o;

    (void)state;
    setenv("XDG_CACHE_HOME", xdg, 1);
    setenv("HOME", home, 1);
    o = load_in(NULL);
    assert_compiled(&o);
    unsetenv("XDG_CACHE_HOME");
    o = load_in(NULL);
    assert_compiled(&o);
    o = load_in(NULL);
    assert_found(&o);
    unsetenv("HOME");
    o = load_in(NULL);
    assert_compiled(&o);
    assert_non_null(strstr(o.origin.note, "HOME"));
    path = at("xdg/onset");
    free(only_file(path));
    free(path);
    path = at("home/.cache/onset");
    free(only_file(path));
    free(path);
    free(xdg);
    free(home);
}

/* A private temporary folder leaves nothing. */
static void a_temporary_folder_is_removed(void **state)
{
    char   *tmp = at("tmp"), *left;
    outcome o;

    (void)state;
    assert_int_equal(mkdir(tmp, 0700), 0);
    setenv("TMPDIR", tmp, 1);
    o = load_in("");
    unsetenv("TMPDIR");
    assert_compiled(&o);
    left = list(tmp);
    assert_string_equal(left, "");
    free(left);
    free(tmp);
}

/* ---- Compilers ---- */

static void write_script(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

static void without_a_compiler_the_message_names_what_to_install(void **state)
{
    char                *cache   = at("no-compiler");
    onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .compiler = "no-such-compiler -O2"};
    outcome              o       = load_with(&options);

    (void)state;
    assert_int_equal(o.status, ONSET_NO_COMPILER);
    assert_non_null(strstr(o.err.message, "no-such-compiler"));
    assert_non_null(strstr(o.err.message, "apt install gcc"));
    free(cache);
}

static void what_a_failing_compiler_says_is_passed_on(void **state)
{
    char                *cache = at("failing"), *script = at("failing-cc"), *left;
    onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .compiler = script};
    outcome              o;

    (void)state;
    write_script(script, "#!/bin/sh\necho 'model.c:1: error: out of ideas' >&2\nexit 3\n");
    o = load_with(&options);
    assert_int_equal(o.status, ONSET_NO_COMPILER);
    assert_non_null(strstr(o.err.message, "out of ideas"));
    assert_non_null(strstr(o.err.message, "exit code 3"));
    left = list(cache);
    assert_string_equal(left, "");
    free(left);
    free(script);
    free(cache);
}

/* One that writes rubbish, nothing, or a great deal of messages. */
static void a_compiler_that_makes_rubbish_is_an_error(void **state)
{
    static const char *const scripts[] = {
        "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\necho rubbish > $2\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\nyes 'error: the same again' | head -n 100000 >&2\nexit 1\n",
        "#!/bin/sh\nkill -9 $$\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        char                *cache = at("rubbish"), *script = at("rubbish-cc");
        onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .compiler = script};
        outcome              o;

        write_script(script, scripts[i]);
        o = load_with(&options);
        assert_int_not_equal(o.status, ONSET_OK);
        assert_true(strlen(o.err.message) > 20);
        free(script);
        free(cache);
    }
}

/* The folder fills up while the compiler writes: noticed by what it says, and done elsewhere. */
static void a_full_disk_is_done_without(void **state)
{
    char   *cache = at("full"), *script = at("full-cc"), *command = NULL;
    outcome o;

    (void)state;
    assert_true(
        asprintf(
            &command,
            "#!/bin/sh\ncase \"$*\" in *%s/*) echo 'ld: final link failed: No space left on device' >&2; exit 1;; esac\nexec cc \"$@\"\n",
            cache) > 0);
    write_script(script, command);
    {
        const onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .compiler = script};

        o = load_with(&options);
    }
    assert_compiled(&o);
    if (!strstr(o.origin.note, "No space left")) fail_msg("the note is '%s'", o.origin.note);
    free(command);
    free(script);
    free(cache);
}

static void the_environment_names_the_compiler(void **state)
{
    char   *cache = at("cc");
    outcome o;

    (void)state;
    setenv("CC", "no-such-compiler", 1);
    o = load_in(cache);
    assert_int_equal(o.status, ONSET_NO_COMPILER);
    setenv("CC", "  cc  -g0 ", 1);
    o = load_in(cache);
    unsetenv("CC");
    assert_compiled(&o);
    free(cache);
}

/* Arguments far longer than any buffer, that differ in the last letter only. */
static void long_arguments_tell_compilers_apart(void **state)
{
    enum { LONG = 3000 };
    char                *cache   = at("long"), command[LONG + 16];
    onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = cache, .compiler = command};
    outcome              o;

    (void)state;
    memset(command, 'A', sizeof command);
    memcpy(command, "cc -D", 5);
    command[LONG] = '\0';
    o             = load_with(&options);
    assert_compiled(&o);
    o = load_with(&options);
    assert_found(&o);
    command[LONG - 1] = 'B';
    o                 = load_with(&options);
    assert_compiled(&o);
    free(cache);
}

static void clang_compiles_too(void **state)
{
    (void)state;
    for (onset_isa isa = ONSET_ISA_SCALAR; isa < ONSET_N_ISA; isa++) {
        const onset_kernel_options options = {.isa = isa, .cache_dir = "", .compiler = "clang-14"};
        outcome                    o;

        if (!onset_isa_runs(isa)) continue;
        if (access("/usr/bin/clang-14", X_OK) != 0) {
            print_message("# not tried: there is no Clang\n");
            return;
        }
        o = load_with(&options);
        assert_compiled(&o);
    }
}

/* ---- Several at once ---- */

static void processes_at_once_do_not_meet(void **state)
{
    enum { N = 6 };
    char *cache = at("at-once");
    pid_t children[N];
    int   how;

    (void)state;
    for (int i = 0; i < N; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            outcome o = load_in(cache);

            _exit(o.status == ONSET_OK && o.right && !o.origin.note[0] ? 0 : 1);
        }
    }
    for (int i = 0; i < N; i++) {
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    free(only_file(cache));
    free(cache);
}

/* Two kernels that are loaded at the same time keep to their own functions. */
static void kernels_do_not_collide(void **state)
{
    const onset_kernel_options options = {.isa = onset_isa_best(), .cache_dir = ""};
    onset_model               *a = model(), *b = model();
    onset_kernel              *ka = NULL, *kb = NULL, *kc = NULL;
    onset_error                err = {0};

    (void)state;
    b->states[0].rate = fixture_op(b, ONSET_NODE_MUL, fixture_num(b, 2), b->states[0].rate);
    assert_int_equal(onset_kernel_load(&err, a, &options, &ka, NULL), ONSET_OK);
    assert_int_equal(onset_kernel_load(&err, b, &options, &kb, NULL), ONSET_OK);
    assert_int_equal(onset_kernel_load(&err, a, &options, &kc, NULL), ONSET_OK);
    assert_true(computes(onset_kernel_table_of(ka)));
    assert_false(computes(onset_kernel_table_of(kb))); /* 6, not 3 */
    onset_kernel_free(ka);
    assert_true(computes(onset_kernel_table_of(kc)));
    onset_kernel_free(kb);
    onset_kernel_free(kc);
    fixture_free(a);
    fixture_free(b);
}

static int make_folder(void **state)
{
    (void)state;
    unsetenv("CC");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_time_it_is_found),
        cmocka_unit_test(another_compiler_or_instruction_set_is_another_kernel),
        cmocka_unit_test(on_wish_it_is_compiled_again),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(a_file_that_others_may_write_is_not_trusted),
        cmocka_unit_test(a_file_of_another_user_is_not_trusted),
        cmocka_unit_test(a_file_that_is_a_link_is_not_followed),
        cmocka_unit_test(what_is_old_is_swept),
        cmocka_unit_test(it_compiles_where_children_are_not_waited_for),
        cmocka_unit_test(a_folder_that_others_may_write_is_not_used),
        cmocka_unit_test(a_folder_of_another_user_is_not_used),
        cmocka_unit_test(a_folder_that_is_a_link_is_not_used),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_done_without),
        cmocka_unit_test(the_environment_names_the_folder),
        cmocka_unit_test(a_temporary_folder_is_removed),
        cmocka_unit_test(without_a_compiler_the_message_names_what_to_install),
        cmocka_unit_test(what_a_failing_compiler_says_is_passed_on),
        cmocka_unit_test(a_compiler_that_makes_rubbish_is_an_error),
        cmocka_unit_test(a_full_disk_is_done_without),
        cmocka_unit_test(the_environment_names_the_compiler),
        cmocka_unit_test(long_arguments_tell_compilers_apart),
        cmocka_unit_test(clang_compiles_too),
        cmocka_unit_test(processes_at_once_do_not_meet),
        cmocka_unit_test(kernels_do_not_collide),
    };

    return cmocka_run_group_tests_name("kernel cache", tests, make_folder, remove_folder);
}
