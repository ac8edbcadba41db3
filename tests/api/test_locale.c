/* A program that writes its numbers with a decimal comma gets the same C, the same CSV and the same values as any other, and keeps its locale. */
#include "../root.h"
#include "onset.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const text = "module pk \"one compartment\"\n"
                                "param V = 12.5 [L] iiv 20.5% assumed \"test\"\n"
                                "param k = 0.125 [1/h] assumed \"test\"\n"
                                "state drug = 0 [mg]\n"
                                "d/dt(drug) = -k * drug\n"
                                "output conc = drug / V [mg/L]\n"
                                "route drug iv into drug\n"
                                "\n"
                                "model m\n"
                                "use pk\n"
                                "\n"
                                "study s\n"
                                "use model m\n"
                                "population p { file \"people.csv\" }\n"
                                "arm a { dose drug 2.5 [mg] iv at 0.5 [h] }\n"
                                "visit 0, 1.25, 2.5 [h]\n";

/* One that is installed, or one made for this test. */
static bool set_comma_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8", "it_IT.UTF-8", "nl_NL.UTF-8", "de_DE", "onset.UTF-8"};
    char                     command[512];

    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s >/dev/null 2>&1", in_root("onset.UTF-8"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (i + 1 == sizeof names / sizeof *names) {
            if (system(command) != 0) return false;
            setenv("LOCPATH", root, 1);
        }
        if (setlocale(LC_ALL, names[i]) && *localeconv()->decimal_point == ',') return true;
    }
    return false;
}

typedef struct {
    char       *emitted, *shown, *formatted;
    atomic_long calls;
} outcome;

static void count(void *ctx, const onset_progress *progress)
{
    (void)progress;
    ++((outcome *)ctx)->calls;
}

static void must(onset_status status, const onset_error *err)
{
    if (status != ONSET_OK) fail_msg("%s", err->message);
}

/* Opens, prints, runs with two threads and writes CSV; whatever the locale, `out` and the folder must come out the same. */
static outcome work(const char *folder)
{
    onset_error        err     = {0};
    onset_session     *session = NULL;
    const onset_study *study   = NULL;
    onset_run_options  options;
    onset_run_info     info;
    outcome            out = {0};
    size_t             n;
    char               path[256];

    snprintf(path, sizeof path, "%s", in_root("s.onset"));
    must(onset_session_create(&err, &session), &err);
    if (onset_study_open(&err, session, path, NULL, &study) != ONSET_OK) fail_msg("%s", onset_session_diagnostics_text(session));
    must(onset_model_emit(&err, onset_study_model(study), "scalar", &out.emitted), &err);
    must(onset_model_show(&err, session, onset_study_model(study), false, &out.shown), &err);
    must(onset_format_file(&err, session, path, &out.formatted, &n), &err);
    onset_run_options_init(&options);
    options.out_dir  = in_root(folder);
    options.threads  = 2;
    options.csv      = true;
    options.progress = count;
    options.ctx      = &out;
    must(onset_run(&err, session, study, &options, &info), &err);
    assert_int_equal(info.n_failed, 0);
    onset_session_free(session);
    return out;
}

static void a_decimal_comma_changes_nothing(void **state)
{
    outcome plain, comma;
    char    number[16], name[64];

    (void)state;
    snprintf(root, sizeof root, "/tmp/onset-test-locale-XXXXXX");
    assert_non_null(mkdtemp(root));
    shell("printf 'id,V [L]\\n1,10.25\\n2,12.5\\n' > %s/people.csv", root);
    FILE *file = fopen(in_root("s.onset"), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    setenv("XDG_CACHE_HOME", in_root("cache"), 1);
    plain = work("plain");
    if (!set_comma_locale()) {
        shell("rm -rf %s", root);
        print_message("# no locale with a decimal comma, and none could be made\n");
        return; /* not skip(): cmocka then prints what TAP takes for a failure */
    }
    snprintf(name, sizeof name, "%s", setlocale(LC_ALL, NULL));
    setenv("XDG_CACHE_HOME", in_root("cache2"), 1); /* so that it is compiled anew */
    comma = work("comma");

    assert_string_equal(setlocale(LC_ALL, NULL), name); /* the program's own is left as it was */
    snprintf(number, sizeof number, "%.1f", 0.5);
    assert_string_equal(number, "0,5");
    setlocale(LC_ALL, "C");
    assert_string_equal(comma.emitted, plain.emitted);
    assert_string_equal(comma.shown, plain.shown);
    assert_string_equal(comma.formatted, plain.formatted);
    assert_true(comma.calls > 0);
    shell("cd %s && for t in observation summary parameter subject_parameter subject_covariate visit; do cmp plain/csv/$t.csv "
          "comma/csv/$t.csv || exit 1; done",
          root);
    shell("cd %s && grep -q '12\\.5' comma/csv/parameter.csv", root);
    free(plain.emitted), free(plain.shown), free(plain.formatted);
    free(comma.emitted), free(comma.shown), free(comma.formatted);
    shell("rm -rf %s", root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_decimal_comma_changes_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
