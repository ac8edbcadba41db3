/* The list where no model is built in: the generator's own, and that of a build without models. */
#include "kernel/builtin.h"

const onset_builtin onset_builtin_list[1] = {{"", ONSET_ISA_SCALAR, NULL}};
const int           onset_builtin_count   = 0;
