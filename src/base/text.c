#include "base/text.h"

#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_room(onset_text *text, size_t more)
{
    size_t cap = text->cap ? text->cap : 256;
    char  *grown;

    if (text->failed) return false;
    if (text->n + more + 1 <= text->cap) return true;
    while (cap < text->n + more + 1) cap *= 2;
    grown = realloc(text->s, cap);
    if (!grown) {
        text->failed = true;
        return false;
    }
    text->s   = grown;
    text->cap = cap;
    return true;
}

void onset_text_add_n(onset_text *text, const char *s, size_t n)
{
    if (!make_room(text, n)) return;
    if (n) memcpy(text->s + text->n, s, n);
    text->n += n;
    text->s[text->n] = '\0';
}

void onset_text_add(onset_text *text, const char *s)
{
    onset_text_add_n(text, s, strlen(s));
}

void onset_text_printf(onset_text *text, const char *format, ...)
{
    va_list values, again;
    int     n;

    va_start(values, format);
    va_copy(again, values);
    n = vsnprintf(NULL, 0, format, values);
    if (n >= 0 && make_room(text, (size_t)n)) {
        vsnprintf(text->s + text->n, (size_t)n + 1, format, again);
        text->n += (size_t)n;
    }
    va_end(again);
    va_end(values);
}

void onset_text_free(onset_text *text)
{
    free(text->s);
    *text = (onset_text){0};
}

static onset_status read_stream(onset_error *err, FILE *file, const char *path, size_t max_bytes, onset_text *text)
{
    char block[16384];

    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;) {
        onset_text_add_n(text, block, n);
        if (text->failed) return onset_fail(err, ONSET_NO_MEMORY, "no memory to read '%s'", path);
        if (text->n > max_bytes)
            return onset_fail(err, ONSET_BAD_INPUT, "'%s' is larger than %zu MB, the most that is read; is it the right file?", path,
                              max_bytes >> 20);
    }
    if (ferror(file)) return onset_fail(err, ONSET_NO_FILE, "cannot read '%s': %s", path, strerror(errno));
    onset_text_add(text, "");
    return text->failed ? onset_fail(err, ONSET_NO_MEMORY, "no memory to read '%s'", path) : ONSET_OK;
}

onset_status onset_file_read(onset_error *err, const char *path, size_t max_bytes, char **text, size_t *n)
{
    onset_text   read   = {0};
    onset_status status = ONSET_OK;
    struct stat  about;
    FILE        *file;

    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) return onset_fail(err, ONSET_NO_FILE, "'%s' is a folder, not a file", path);
    file = fopen(path, "rb");
    if (!file) return onset_fail(err, ONSET_NO_FILE, "cannot open '%s': %s", path, strerror(errno));
    status = read_stream(err, file, path, max_bytes, &read);
    fclose(file);
    if (status != ONSET_OK) {
        onset_text_free(&read);
        return status;
    }
    *text = read.s;
    *n    = read.n;
    return ONSET_OK;
}

onset_status onset_file_write(onset_error *err, const char *path, const char *text, size_t n)
{
    onset_text side = {0};
    FILE      *file;
    bool       good;

    onset_text_printf(&side, "%s.part-%ld", path, (long)getpid());
    if (side.failed) return onset_fail(err, ONSET_NO_MEMORY, "no memory to write '%s'", path);
    file = fopen(side.s, "wb");
    good = file && fwrite(text, 1, n, file) == n && fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file && fclose(file) != 0) good = false;
    if (good && rename(side.s, path) != 0) good = false;
    if (!good) {
        onset_fail(err, ONSET_NO_OUTPUT, "cannot write '%s': %s", path, strerror(errno));
        unlink(side.s);
    }
    onset_text_free(&side);
    return good ? ONSET_OK : ONSET_NO_OUTPUT;
}
