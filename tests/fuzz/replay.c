/* Runs the fuzz target once over each file or folder named: for compilers without a fuzzer, and to look at one finding. */
#include "base/text.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    struct stat about;
    onset_error err  = {0};
    char       *text = NULL;
    size_t      n;
    int         n_run = 0;

    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        DIR *const folder = opendir(path);
        for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
            onset_text inner = {0};
            if (entry->d_name[0] == '.') continue;
            onset_text_printf(&inner, "%s/%s", path, entry->d_name);
            n_run += replay(inner.s);
            onset_text_free(&inner);
        }
        if (folder) closedir(folder);
        return n_run;
    }
    if (onset_file_read(&err, path, SIZE_MAX / 2, &text, &n) != ONSET_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(2);
    }
    LLVMFuzzerTestOneInput((const uint8_t *)text, n);
    free(text);
    return 1;
}

int main(int argc, char **argv)
{
    int n_run = 0;

    for (int i = 1; i < argc; i++) n_run += replay(argv[i]);
    printf("%d files\n", n_run);
    return n_run == 0;
}
