#include "model/model.h"

int onset_model_find_param(const onset_model *model, const char *name)
{
    for (int i = 0; i < model->n_params; i++)
        if (strcmp(model->params[i].name, name) == 0) return i;
    return -1;
}

int onset_model_find_covariate(const onset_model *model, const char *name)
{
    for (int i = 0; i < model->n_covariates; i++)
        if (strcmp(model->covariates[i].name, name) == 0) return i;
    return -1;
}

int onset_model_find_output(const onset_model *model, const char *name)
{
    for (int i = 0; i < model->n_outputs; i++)
        if (strcmp(model->outputs[i].name, name) == 0 || strcmp(model->outputs[i].short_name, name) == 0) return i;
    return -1;
}

int onset_model_find_route(const onset_model *model, const char *drug, const char *route)
{
    for (int i = 0; i < model->n_routes; i++)
        if (strcmp(model->routes[i].drug, drug) == 0 && strcmp(model->routes[i].route, route) == 0) return i;
    return -1;
}
