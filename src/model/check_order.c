/* The order of definition: depth first, with a stack of our own, for a chain of quantities may be thousands long. */
#include "model/check_private.h"

typedef struct {
    int  item;
    int  next, n; /* of its dependencies */
    int *on;
} frame;

typedef struct {
    builder *b;
    int      in;
    ONSET_VEC(int) on;
} dependencies;

static void add_name(void *ctx, const onset_expr *name)
{
    dependencies *d  = ctx;
    const int     at = onset_check_local(d->b, d->in, name->name);

    if (at >= 0) onset_vec_push(d->b->arena, &d->on, at);
}

static void add_expr(dependencies *d, const onset_expr *e)
{
    if (e) onset_expression_names(d->b->arena, e, add_name, d);
}

/* What an item's own value needs. A state's name is a leaf: its rate may use anything. */
static frame open_item(builder *b, int at)
{
    const item  *it = &b->items.items[at];
    dependencies d  = {.b = b, .in = it->instance};

    switch (it->kind) {
    case ITEM_INPUT:
        if (it->feeder >= 0) onset_vec_push(b->arena, &d.on, it->feeder);
        break;
    case ITEM_PARAM:
        add_expr(&d, it->decl->scale);
        add_expr(&d, it->decl->shift);
        break;
    case ITEM_STATE:
        if (!it->unit_text) add_expr(&d, it->decl->value); /* its unit is that of its initial value */
        break;
    case ITEM_LET:
    case ITEM_OUTPUT:
        add_expr(&d, it->decl->value);
        break;
    default:
        break;
    }
    return (frame){.item = at, .n = d.on.n, .on = d.on.items};
}

typedef ONSET_VEC(frame) stack;

static void report_circle(builder *b, const stack *s, int again)
{
    enum { MOST = 20 }; /* names printed */
    int         first      = s->n - 1;
    bool        one_module = true;
    const char *text       = "";
    item       *start;

    while (s->items[first].item != again) first--;
    for (int i = first; i < s->n; i++)
        one_module = one_module && b->items.items[s->items[i].item].instance == b->items.items[again].instance;
    for (int i = first; i < s->n; i++) {
        item *it = &b->items.items[s->items[i].item];

        if (i - first < MOST) text = onset_arena_printf(b->arena, "%s%s -> ", text, one_module ? it->name : it->full);
        if (i - first == MOST) text = onset_arena_printf(b->arena, "%s... -> ", text);
        it->value = onset_typed_error(&b->model->graph);
        it->typed = true;
    }
    start = &b->items.items[again];
    text  = onset_arena_printf(b->arena, "%s%s", text, one_module ? start->name : start->full);
    if (again == s->items[s->n - 1].item)
        onset_error_at(b->out, start->decl->name_place, "what changes from its own value is a state, with a d/dt",
                       "'%s' is defined by itself", start->name);
    else
        onset_error_at(b->out, start->decl->name_place, "break the circle: make one of them a state, with a d/dt",
                       "a circle of definitions: %s", text);
}

static void visit(builder *b, stack *s, int start)
{
    frame f = open_item(b, start);

    onset_vec_push(b->arena, s, f);
    b->items.items[start].mark = MARK_OPEN;
    while (s->n) {
        frame *top = &s->items[s->n - 1];
        int    on;

        if (top->next == top->n) {
            b->items.items[top->item].mark = MARK_DONE;
            onset_vec_push(b->arena, &b->order, top->item);
            s->n--;
            continue;
        }
        on = top->on[top->next++];
        if (b->items.items[on].mark == MARK_OPEN) report_circle(b, s, on);
        if (b->items.items[on].mark != MARK_NEW) continue;
        f = open_item(b, on);
        onset_vec_push(b->arena, s, f);
        b->items.items[on].mark = MARK_OPEN;
    }
}

void onset_check_order(builder *b)
{
    stack s = {0};

    for (int i = 0; i < b->items.n; i++)
        if (b->items.items[i].mark == MARK_NEW) visit(b, &s, i);
}
