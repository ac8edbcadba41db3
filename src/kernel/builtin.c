#include "kernel/builtin.h"

const onset_kernel_table *onset_builtin_find(const char *hash)
{
    for (int i = 0; i < onset_builtin_count; i++)
        if (strcmp(onset_builtin_list[i].hash, hash) == 0 && onset_isa_runs(onset_builtin_list[i].needs))
            return onset_builtin_list[i].table;
    return NULL;
}
