/* A node of the graph as an expression. A graph shares what a text repeats, so the text is cut where it gets long. */
#include "model/show.h"

enum { DEPTH_MAX = 60, LENGTH_MAX = 4000 };

/* Binding strengths, weakest first. */
enum { LOOSEST, LOGIC, COMPARE, SUM, PRODUCT, MINUS, TIGHTEST };

typedef struct {
    const onset_model *model;
    onset_text        *text;
    size_t             end; /* the text is cut here */
} writer;

static int strength(onset_node_op op)
{
    switch (op) {
    case ONSET_NODE_AND:
    case ONSET_NODE_OR:
        return LOGIC;
    case ONSET_NODE_LT:
    case ONSET_NODE_LE:
    case ONSET_NODE_EQ:
        return COMPARE;
    case ONSET_NODE_ADD:
    case ONSET_NODE_SUB:
        return SUM;
    case ONSET_NODE_MUL:
    case ONSET_NODE_DIV:
        return PRODUCT;
    case ONSET_NODE_NEG:
        return MINUS;
    case ONSET_NODE_SELECT:
        return LOOSEST;
    default:
        return TIGHTEST;
    }
}

static void write_at(writer *w, int node, int least, int depth);

static void write_leaf(writer *w, const onset_node *n)
{
    const onset_model *m = w->model;

    switch (n->op) {
    case ONSET_NODE_CONST:
        onset_text_printf(w->text, "%.10g", n->number);
        break;
    case ONSET_NODE_STATE:
        onset_text_add(w->text, m->states[n->index].name);
        break;
    case ONSET_NODE_PARAM:
        onset_text_add(w->text, m->params[n->index].name);
        break;
    case ONSET_NODE_COV:
        onset_text_add(w->text, m->covariates[n->index].name);
        break;
    default:
        onset_text_add(w->text, onset_node_text(n->op));
    }
}

static void write_call(writer *w, const onset_node *n, int depth)
{
    onset_text_printf(w->text, "%s(", onset_node_text(n->op));
    for (int k = 0; k < onset_node_n_args(n->op); k++) {
        if (k) onset_text_add(w->text, ", ");
        write_at(w, n->arg[k], LOOSEST, depth);
    }
    onset_text_add(w->text, ")");
}

static void write_plain(writer *w, const onset_node *n, int depth)
{
    const int own = strength(n->op);

    if (onset_node_n_args(n->op) == 0) {
        write_leaf(w, n);
    } else if (n->op == ONSET_NODE_SELECT) {
        onset_text_add(w->text, "if ");
        write_at(w, n->arg[0], LOGIC, depth);
        onset_text_add(w->text, " then ");
        write_at(w, n->arg[1], LOGIC, depth);
        onset_text_add(w->text, " else ");
        write_at(w, n->arg[2], LOOSEST, depth);
    } else if (own == TIGHTEST) {
        write_call(w, n, depth);
    } else if (own == MINUS) {
        onset_text_add(w->text, "-");
        write_at(w, n->arg[0], MINUS, depth);
    } else {
        write_at(w, n->arg[0], own == COMPARE ? own + 1 : own, depth);
        onset_text_printf(w->text, " %s ", onset_node_text(n->op));
        write_at(w, n->arg[1], own + 1, depth);
    }
}

static void write_at(writer *w, int node, int least, int depth)
{
    const onset_node *n      = &w->model->graph.nodes[node];
    const bool        parens = strength(n->op) < least;

    if (depth > DEPTH_MAX || w->text->n > w->end) {
        onset_text_add(w->text, "...");
        return;
    }
    if (parens) onset_text_add(w->text, "(");
    write_plain(w, n, depth + 1);
    if (parens) onset_text_add(w->text, ")");
}

void onset_node_write(const onset_model *model, int node, onset_text *text)
{
    writer w = {model, text, text->n + LENGTH_MAX};

    write_at(&w, node, LOOSEST, 0);
}
