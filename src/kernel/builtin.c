#include "kernel/builtin.h"

const onset_kernel_table *onset_builtin_find(const char *hash)
{
    const int *count = &onset_builtin_count;

    for (int i = 0; count && i < *count; i++)
        if (strcmp(onset_builtin_list[i].hash, hash) == 0) return onset_builtin_list[i].table;
    return NULL;
}
