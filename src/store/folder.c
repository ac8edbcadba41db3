#include "store/folder.h"

#include "base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct onset_folder {
    char out[PATH_MAX], parent[PATH_MAX], partial[PATH_MAX + 16], blocks[PATH_MAX + 32], staging[PATH_MAX + 48];
    char joined[PATH_MAX + 512], place[PATH_MAX + 512];
    char note[512];
    bool staged;
};

static bool exists(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0;
}

static bool is_folder(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Joins into a buffer of size bytes; false where it does not fit. */
static bool join(char *to, size_t size, const char *folder, const char *name)
{
    return (size_t)snprintf(to, size, "%s/%s", folder, name) < size;
}

/* ---- Trees of files ---- */

typedef struct {
    DIR           *dir;
    struct dirent *entry;
} listing;

static bool next_entry(listing *list)
{
    do {
        list->entry = readdir(list->dir);
    } while (list->entry && (strcmp(list->entry->d_name, ".") == 0 || strcmp(list->entry->d_name, "..") == 0));
    return list->entry != NULL;
}

/* Removes a file or folder with all it holds; links are removed, not followed. */
static bool remove_tree(const char *path)
{
    char    inner[PATH_MAX + 512];
    listing list = {0};
    bool    good = true;

    if (unlink(path) == 0 || errno == ENOENT) return true;
    if (errno != EISDIR && errno != EPERM) return false;
    list.dir = opendir(path);
    if (!list.dir) return false;
    while (next_entry(&list)) good = join(inner, sizeof inner, path, list.entry->d_name) && remove_tree(inner) && good;
    closedir(list.dir);
    return rmdir(path) == 0 && good;
}

static bool sync_path(const char *path)
{
    int  fd   = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0) close(fd);
    return good;
}

static bool sync_tree(const char *path)
{
    char    inner[PATH_MAX + 512];
    listing list = {opendir(path), NULL};
    bool    good = list.dir != NULL;

    while (list.dir && next_entry(&list)) {
        good = join(inner, sizeof inner, path, list.entry->d_name) && (is_folder(inner) ? sync_tree(inner) : sync_path(inner)) && good;
    }
    if (list.dir) closedir(list.dir);
    return sync_path(path) && good;
}

/* Gives the user's own files a second name under `to`: the first goes with the old folder. */
static bool link_tree(const char *from, const char *to)
{
    char        inner[PATH_MAX + 512], other[PATH_MAX + 512];
    listing     list = {0};
    bool        good = true;
    struct stat about;

    if (lstat(from, &about) != 0) return false;
    if (!S_ISDIR(about.st_mode)) return linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0;
    if (mkdir(to, about.st_mode & 07777) != 0) return false;
    list.dir = opendir(from);
    if (!list.dir) return false;
    while (next_entry(&list))
        good = join(inner, sizeof inner, from, list.entry->d_name) && join(other, sizeof other, to, list.entry->d_name) &&
               link_tree(inner, other) && good;
    closedir(list.dir);
    return good;
}

/* mkdir -p. What is made first is what a failure leaves; folders without files do no harm. */
static bool make_folders(const char *path)
{
    char text[PATH_MAX];

    snprintf(text, sizeof text, "%s", path);
    for (char *p = text + 1; *p; p++) {
        if (*p != '/') continue;
        *p = '\0';
        if (mkdir(text, 0777) != 0 && errno != EEXIST) return is_folder(text);
        *p = '/';
    }
    if (mkdir(text, 0777) != 0 && errno != EEXIST) return false;
    return is_folder(text);
}

/* ---- Is the place fit? ---- */

static bool is_ours(const char *name)
{
    return strcmp(name, ONSET_DATABASE_FILE) == 0 || strcmp(name, ONSET_REPORT_FILE) == 0 || strcmp(name, ONSET_CSV_FOLDER) == 0;
}

static onset_status look_at(onset_error *err, const char *out)
{
    char    path[PATH_MAX + 512];
    listing list  = {0};
    bool    empty = true;

    if (!exists(out)) return ONSET_OK;
    if (!is_folder(out)) return onset_fail(err, ONSET_NO_OUTPUT, "'%s' is a file; the result is a folder, so give another name", out);
    if (join(path, sizeof path, out, ONSET_DATABASE_FILE) && exists(path)) return ONSET_OK;
    list.dir = opendir(out);
    if (!list.dir) return onset_fail(err, ONSET_NO_OUTPUT, "cannot read the folder '%s': %s", out, strerror(errno));
    while (empty && next_entry(&list)) empty = false;
    closedir(list.dir);
    if (!empty)
        return onset_fail(err, ONSET_NO_OUTPUT,
                          "the folder '%s' holds files but no result of Onset (no " ONSET_DATABASE_FILE
                          "), so it is left alone; give another folder",
                          out);
    return ONSET_OK;
}

/* OUT with links resolved and without a slash at the end, its parent made. */
static onset_status resolve(onset_error *err, const char *path, onset_folder *folder)
{
    char   text[PATH_MAX], *slash;
    size_t n = strlen(path);

    if (n == 0 || n >= sizeof text - 64)
        return onset_fail(err, ONSET_BAD_INPUT, "the name of the output folder is %s", n ? "too long" : "empty");
    memcpy(text, path, n + 1);
    while (n > 1 && text[n - 1] == '/') text[--n] = '\0';
    if (realpath(text, folder->out)) {
        snprintf(folder->parent, sizeof folder->parent, "%s", folder->out);
        slash = strrchr(folder->parent, '/');
        if (slash == folder->parent) slash++;
        *slash = '\0';
        if (strcmp(folder->out, "/") == 0) return onset_fail(err, ONSET_NO_OUTPUT, "'/' cannot be the output folder; give another");
        return ONSET_OK;
    }
    if (exists(text)) return onset_fail(err, ONSET_NO_OUTPUT, "cannot use '%s' as the output folder: %s", path, strerror(errno));
    slash = strrchr(text, '/');
    if (slash && slash != text) {
        *slash = '\0';
        if (!make_folders(text)) return onset_fail(err, ONSET_NO_OUTPUT, "cannot make the folder '%s': %s", text, strerror(errno));
    }
    if (!realpath(slash == text ? "/" : slash ? text : ".", folder->parent))
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot use '%s' as the output folder: %s", path, strerror(errno));
    if (slash) memmove(text, slash + 1, strlen(slash + 1) + 1);
    if (!join(folder->out, sizeof folder->out, strcmp(folder->parent, "/") == 0 ? "" : folder->parent, text))
        return onset_fail(err, ONSET_BAD_INPUT, "the name of the output folder is too long");
    return ONSET_OK;
}

onset_status onset_folder_open(onset_error *err, const char *out_path, onset_folder **out)
{
    onset_folder *folder = calloc(1, sizeof *folder);
    onset_status  status;

    if (!folder) return onset_fail(err, ONSET_NO_MEMORY, "no memory for the run");
    status = resolve(err, out_path, folder);
    if (status == ONSET_OK) status = look_at(err, folder->out);
    snprintf(folder->partial, sizeof folder->partial, "%s.partial", folder->out);
    snprintf(folder->staging, sizeof folder->staging, "%s.staging-%ld", folder->out, (long)getpid());
    snprintf(folder->blocks, sizeof folder->blocks, "%s/blocks", folder->partial);
    if (status == ONSET_OK && mkdir(folder->partial, 0777) != 0 && (errno != EEXIST || !is_folder(folder->partial)))
        status = onset_fail(err, ONSET_NO_OUTPUT, "cannot write beside '%s': %s", folder->out, strerror(errno));
    if (status == ONSET_OK && access(folder->partial, W_OK) != 0)
        status = onset_fail(err, ONSET_NO_OUTPUT, "cannot write in '%s': %s", folder->partial, strerror(errno));
    if (status == ONSET_OK && is_folder(folder->out) && access(folder->out, W_OK) != 0)
        status = onset_fail(err, ONSET_NO_OUTPUT, "cannot write in '%s': %s", folder->out, strerror(errno));
    if (status != ONSET_OK) {
        free(folder);
        return status;
    }
    *out = folder;
    return ONSET_OK;
}

const char *onset_folder_blocks(const onset_folder *folder)
{
    return folder->blocks;
}

onset_status onset_folder_check_space(onset_error *err, const onset_folder *folder, double bytes, const char *what)
{
    struct statvfs disk;
    double         space;

    if (statvfs(folder->parent, &disk) != 0) return ONSET_OK; /* unknown: writing will tell */
    space = (double)disk.f_bavail * (double)disk.f_frsize;
    if (space >= bytes) return ONSET_OK;
    return onset_fail(
        err, ONSET_NO_OUTPUT,
        "%s need about %.0f MB, and the disk of '%s' has %.0f MB free; free some space, or take fewer subjects or trace times", what,
        ceil(bytes * 1e-6), folder->out, floor(space * 1e-6));
}

/* ---- Staging ---- */

static void clean_stale(const onset_folder *folder)
{
    const char *name = strrchr(folder->out, '/') + 1;
    size_t      n    = strlen(name);
    listing     list = {opendir(folder->parent), NULL};
    char        path[PATH_MAX + 512];

    while (list.dir && next_entry(&list)) {
        const char *entry = list.entry->d_name;

        if (strncmp(entry, name, n) != 0 || strncmp(entry + n, ".staging-", 9) != 0) continue;
        if (entry[n + 9] == '\0' || entry[n + 9 + strspn(entry + n + 9, "0123456789")] != '\0') continue;
        if (join(path, sizeof path, folder->parent, entry)) remove_tree(path);
    }
    if (list.dir) closedir(list.dir);
}

onset_status onset_folder_stage(onset_error *err, onset_folder *folder)
{
    clean_stale(folder);
    if (mkdir(folder->staging, 0777) != 0)
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot make the folder '%s': %s", folder->staging, strerror(errno));
    folder->staged = true;
    return ONSET_OK;
}

const char *onset_folder_staged(onset_folder *folder, const char *name)
{
    join(folder->joined, sizeof folder->joined, folder->staging, name);
    return folder->joined;
}

const char *onset_folder_final(onset_folder *folder, const char *name)
{
    join(folder->place, sizeof folder->place, folder->out, name);
    return folder->place;
}

const char *onset_folder_note(const onset_folder *folder)
{
    return folder->note;
}

/* ---- Publishing ---- */

/* Gives the user's own files in OUT a second name in the staging folder; false where one cannot have it. */
static bool carry_over(const onset_folder *folder)
{
    listing list = {opendir(folder->out), NULL};
    bool    good = list.dir != NULL;
    char    from[PATH_MAX + 512], to[PATH_MAX + 512];

    while (good && next_entry(&list)) {
        if (is_ours(list.entry->d_name)) continue;
        good = join(from, sizeof from, folder->out, list.entry->d_name) && join(to, sizeof to, folder->staging, list.entry->d_name) &&
               link_tree(from, to);
    }
    if (list.dir) closedir(list.dir);
    return good;
}

/* Where folders cannot be exchanged (an old kernel, a disk without hard links; the folder that the program runs in would be pulled from under it):
 * file by file, each whole, the database last, so that a reader of the database finds its report already there. */
static onset_status move_files(onset_error *err, onset_folder *folder)
{
    static const char *const names[] = {ONSET_CSV_FOLDER, ONSET_REPORT_FILE, ONSET_DATABASE_FILE};
    char                     from[PATH_MAX + 512], to[PATH_MAX + 512];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!join(from, sizeof from, folder->staging, names[i]) || !join(to, sizeof to, folder->out, names[i])) continue;
        if (!exists(from) || is_folder(from)) remove_tree(to);
        if (exists(from) && rename(from, to) != 0) return onset_fail(err, ONSET_NO_OUTPUT, "cannot write '%s': %s", to, strerror(errno));
    }
    remove_tree(folder->staging);
    return ONSET_OK;
}

static bool is_working_folder(const char *path)
{
    char   here[PATH_MAX];
    size_t n = strlen(path);

    return getcwd(here, sizeof here) && strncmp(here, path, n) == 0 && (here[n] == '/' || here[n] == '\0');
}

static onset_status replace(onset_error *err, onset_folder *folder)
{
    if (is_working_folder(folder->out) || !carry_over(folder)) return move_files(err, folder);
    sync_path(folder->staging);
    if (renameat2(AT_FDCWD, folder->staging, AT_FDCWD, folder->out, RENAME_EXCHANGE) != 0) return move_files(err, folder);
    sync_path(folder->parent);
    if (!remove_tree(folder->staging))
        snprintf(folder->note, sizeof folder->note, "the earlier result could not be removed; it is in %.400s", folder->staging);
    return ONSET_OK;
}

/* The new folder may be read and written by whom the earlier one could be. */
static void keep_mode(const onset_folder *folder)
{
    struct stat about, fresh;
    mode_t      mode;

    if (stat(folder->out, &about) != 0 || !S_ISDIR(about.st_mode) || stat(folder->staging, &fresh) != 0) return;
    mode = about.st_mode & 07777;
    if (fresh.st_gid != about.st_gid && chown(folder->staging, (uid_t)-1, about.st_gid) != 0)
        mode &= ~(mode_t)(S_ISGID | S_IRWXG) | (mode & S_IRWXO) << 3; /* a group that is not ours to give: ours gets no more than others */
    if (chmod(folder->staging, mode) != 0) errno = 0;                 /* a disk without modes */
}

onset_status onset_folder_publish(onset_error *err, onset_folder *folder)
{
    onset_status status;

    keep_mode(folder);
    if (!sync_tree(folder->staging))
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot write the result in '%s': %s", folder->staging, strerror(errno));
    if (rename(folder->staging, folder->out) == 0) { /* OUT was not there, or was empty */
        sync_path(folder->parent);
    } else if (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY || errno == EINVAL) {
        status = replace(err, folder);
        if (status != ONSET_OK) return status;
    } else {
        return onset_fail(err, ONSET_NO_OUTPUT, "cannot put the result in '%s': %s", folder->out, strerror(errno));
    }
    folder->staged = false;
    remove_tree(folder->partial);
    return ONSET_OK;
}

void onset_folder_close(onset_folder *folder)
{
    if (!folder) return;
    if (folder->staged) remove_tree(folder->staging);
    rmdir(folder->partial); /* only where it is empty */
    free(folder);
}
