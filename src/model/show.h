/* `onset show`: a checked model as text for people. */
#ifndef ONSET_MODEL_SHOW_H
#define ONSET_MODEL_SHOW_H

#include "model/library.h"
#include "model/model.h"

/* Wiring, states with initial values and equations, intermediate quantities, outputs, routes, parameters with value, unit, variability
 * and source. library (may be NULL) gives the full text of a source behind its key. */
void onset_model_show_text(const onset_model *model, onset_library *library, onset_text *text);

/* Where the number of each parameter comes from: value, unit, variability, kind, the row of evidence behind it, and a count of each kind. */
void onset_model_show_sources(const onset_model *model, onset_library *library, onset_text *text);

/* The equations as mathematics, in Markdown with LaTeX: inputs, states, quantities, outputs, routes and parameters, module by module. */
void onset_model_show_equations(const onset_model *model, onset_library *library, onset_text *text);

/* The wiring as a Graphviz graph. */
void onset_model_show_dot(const onset_model *model, onset_text *text);

/* A node of the model's graph as an expression, with the model's names. */
void onset_node_write(const onset_model *model, int node, onset_text *text);

#endif
