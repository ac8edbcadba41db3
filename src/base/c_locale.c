#include "base/c_locale.h"

onset_locale onset_locale_enter(void)
{
    onset_locale entered = {.c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};

    if (entered.c) entered.before = uselocale(entered.c);
    return entered;
}

void onset_locale_leave(onset_locale entered)
{
    if (!entered.c) return; /* no memory; with the C libraries we know "C" takes none */
    uselocale(entered.before);
    freelocale(entered.c);
}
