/* The coefficients meet the conditions of their order, as published: a mistyped figure cannot hide.
 *
 * The order conditions are those of rooted trees (Hairer and Wanner, Solving ODEs II, section IV.7): for each tree t with r <= order nodes,
 * sum_i b_i phi_i(t) = 1 / gamma(t). A node with one child reaches it through beta = alpha + gamma_ij, one with several through alpha. For an explicit method
 * both are a_ij. Dense output of order p meets the same with x^r / gamma(t) for every x and r <= p. */
#include "support.h"

#include "solver/methods.h"

enum { S = ONSET_MAX_STAGES };

/* Every rooted tree with up to five nodes: a node is a pair of brackets around its children. */
static const char *const trees[] = {"()",         "(())",       "(()())",     "((()))",     "(()()())",   "(()(()))",
                                    "((()()))",   "(((())))",   "(()()()())", "(()()(()))", "((())(()))", "(()(()()))",
                                    "(()((())))", "((()()()))", "((()(())))", "(((()())))", "((((()))))"};

typedef struct {
    int    stages;
    double alpha[S][S], beta[S][S];
} coefficients;

/* phi of the tree at *at for every stage; counts nodes and multiplies the density. */
static void elementary(const coefficients *m, const char **at, double phi[S], int *nodes, double *density)
{
    double product[S], one[S] = {0};
    int    children = 0, size = 1;

    for (int i = 0; i < S; i++) product[i] = 1;
    (*at)++;
    while (**at == '(') {
        double child[S];
        int    n = 0;

        elementary(m, at, child, &n, density);
        for (int i = 0; i < m->stages; i++) {
            double by_alpha = 0, by_beta = 0;
            for (int j = 0; j < m->stages; j++) by_alpha += m->alpha[i][j] * child[j], by_beta += m->beta[i][j] * child[j];
            product[i] *= by_alpha;
            one[i] = by_beta;
        }
        size += n;
        children++;
    }
    (*at)++;
    *density *= size;
    *nodes = size;
    for (int i = 0; i < S; i++) phi[i] = children == 1 ? one[i] : product[i];
}

/* sum_i weight_i phi_i = 1/gamma(t) x^r for all trees up to the order. 1e-12: the figures are published with 14 to 16 digits, some of them near 300. */
static void check_order(const char *name, const coefficients *m, const double *weight, int order, double x)
{
    for (size_t k = 0; k < sizeof trees / sizeof *trees; k++) {
        const char *at     = trees[k];
        double      phi[S] = {0}, density = 1, sum = 0;
        int         nodes = 0;

        elementary(m, &at, phi, &nodes, &density);
        if (nodes > order) continue;
        for (int i = 0; i < m->stages; i++) sum += weight[i] * phi[i];
        if (!(fabs(sum - pow(x, nodes) / density) < 1e-12)) {
            fail_msg("%s, tree %s at x = %g: %.17g, not %.17g", name, trees[k], x, sum, pow(x, nodes) / density);
        }
    }
}

static void invert(int n, double a[S][S], double out[S][S])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) out[i][j] = i == j;
    }
    for (int k = 0; k < n; k++) { /* lower triangular, so no pivoting */
        for (int i = 0; i < n; i++) {
            double m = a[i][k] / a[k][k];
            if (i == k) continue;
            for (int j = 0; j < n; j++) a[i][j] -= m * a[k][j], out[i][j] -= m * out[k][j];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) out[i][j] /= a[i][i];
    }
}

/* Back from the form without matrix products: Gamma^-1 = I/gamma - C, alpha = A Gamma; weights on u become weights times Gamma. */
static void original_form(const onset_rosenbrock_method *m, coefficients *out, double gamma[S][S])
{
    double inverse[S][S] = {{0}};

    memset(out, 0, sizeof *out);
    memset(gamma, 0, sizeof(double) * S * S);
    out->stages = m->stages;
    for (int i = 0; i < m->stages; i++) {
        for (int j = 0; j < m->stages; j++) inverse[i][j] = (i == j ? 1 / m->gamma : 0) - m->c[i][j];
    }
    invert(m->stages, inverse, gamma);
    for (int i = 0; i < m->stages; i++) {
        for (int j = 0; j < m->stages; j++) {
            for (int k = 0; k < m->stages; k++) out->alpha[i][j] += m->a[i][k] * gamma[k][j];
            out->beta[i][j] = out->alpha[i][j] + gamma[i][j];
        }
    }
}

static void on_u(const onset_rosenbrock_method *m, double gamma[S][S], const double *weight, double *out)
{
    for (int j = 0; j < m->stages; j++) {
        out[j] = 0;
        for (int i = 0; i < m->stages; i++) out[j] += weight[i] * gamma[i][j];
    }
}

static void check_rosenbrock(const onset_rosenbrock_method *m, int dense_order)
{
    coefficients c;
    double       gamma[S][S], u[S] = {0}, b[S], dense[S][ONSET_DENSE_DEGREE];
    int          last = m->stages - 1;

    original_form(m, &c, gamma);
    for (int j = 0; j < last; j++) u[j] = m->a[last][j];
    on_u(m, gamma, u, b);
    check_order(m->name, &c, b, m->error_order, 1); /* the embedded solution, without u_s */
    u[last] = 1;
    on_u(m, gamma, u, b);
    check_order(m->name, &c, b, m->order, 1);
    onset_rosenbrock_dense(m, dense);
    for (double x = 0.1; x < 1; x += 0.2) {
        for (int j = 0; j < m->stages; j++) u[j] = x * (dense[j][0] + x * (dense[j][1] + x * (dense[j][2] + x * dense[j][3])));
        on_u(m, gamma, u, b);
        check_order(m->name, &c, b, dense_order, x);
    }
    for (int i = 0; i < m->stages; i++) { /* the nodes and the weights of df/dt are row sums; stages that only add repeat the row before */
        double alpha = 0, d = 0;

        for (int j = 0; j < m->stages; j++) alpha += c.alpha[i][j], d += gamma[i][j];
        assert_near(alpha, m->alpha[i], 0, 1e-12);
        assert_near(d, m->d[i], 0, 1e-12);
        if (i < m->adds_from) continue;
        for (int j = 0; j < i; j++) assert_true(m->a[i][j] == (j == i - 1 ? 1 : m->a[i - 1][j]));
    }
}

static void rosenbrock_methods_have_their_order(void **state)
{
    (void)state;
    check_rosenbrock(&onset_rodas4, 3);
    check_rosenbrock(&onset_rodas4p, 3);
    check_rosenbrock(&onset_rodas5, 4);
    check_rosenbrock(&onset_rodas5p, 4);
}

static void check_explicit(const onset_explicit_method *m, int dense_order)
{
    coefficients  c    = {.stages = m->stages};
    const double *b    = m->a[m->stages - 1];
    double        w[S] = {0};

    memcpy(c.alpha, m->a, sizeof c.alpha);
    memcpy(c.beta, m->a, sizeof c.beta);
    check_order(m->name, &c, b, m->order, 1);
    for (int j = 0; j < S; j++) w[j] = b[j] + m->e[j]; /* the sign of the error is free: both b - e and b + e would do */
    check_order(m->name, &c, w, 1, 1);
    for (int j = 0; j < S; j++) w[j] = b[j] - m->e[j];
    check_order(m->name, &c, w, m->error_order, 1);
    for (double x = 0.1; x < 1; x += 0.2) {
        for (int j = 0; j < S; j++) w[j] = x * (m->dense[j][0] + x * (m->dense[j][1] + x * (m->dense[j][2] + x * m->dense[j][3])));
        check_order(m->name, &c, w, dense_order, x);
    }
    for (int i = 0; i < m->stages; i++) {
        double sum = 0;
        for (int j = 0; j < i; j++) sum += m->a[i][j];
        assert_near(sum, m->c[i], 0, 1e-14);
    }
}

static void explicit_methods_have_their_order(void **state)
{
    (void)state;
    check_explicit(&onset_tsit5, 4);
    check_explicit(&onset_dopri5, 4);
}

/* What the error estimate, which is the last u, makes of an integrand time^power over a step of 1. */
static double estimate_of_integral(const onset_rosenbrock_method *m, int power)
{
    coefficients c;
    double       gamma[S][S], u[S] = {0}, weight[S], sum = 0;

    original_form(m, &c, gamma);
    u[m->stages - 1] = 1;
    on_u(m, gamma, u, weight);
    for (int i = 0; i < m->stages; i++) sum += weight[i] * pow(m->alpha[i], power);
    return sum;
}

/* A cumulative hazard is an integral. RODAS5, which is blind to it, shows that the test can fail. */
static void the_error_of_an_integral_is_seen(void **state)
{
    (void)state;
    for (int power = 4; power < 9; power++) {
        assert_true(fabs(estimate_of_integral(&onset_rodas5p, power)) > 1e-3);
        assert_true(fabs(estimate_of_integral(&onset_rodas5, power)) < 1e-12);
    }
}

/* The tests above must be able to fail: the third-order method inside RODAS4 is not of order 4. */
static void the_conditions_can_fail(void **state)
{
    coefficients c;
    double       gamma[S][S], u[S] = {0}, b[S], worst = 0;

    (void)state;
    original_form(&onset_rodas4, &c, gamma);
    for (int j = 0; j < 5; j++) u[j] = onset_rodas4.a[5][j];
    on_u(&onset_rodas4, gamma, u, b);
    for (size_t k = 4; k < 8; k++) {
        const char *at     = trees[k];
        double      phi[S] = {0}, density = 1, sum = 0;
        int         nodes = 0;

        elementary(&c, &at, phi, &nodes, &density);
        for (int i = 0; i < c.stages; i++) sum += b[i] * phi[i];
        worst = fmax(worst, fabs(sum - 1 / density));
    }
    assert_true(worst > 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rosenbrock_methods_have_their_order),
        cmocka_unit_test(explicit_methods_have_their_order),
        cmocka_unit_test(the_error_of_an_integral_is_seen),
        cmocka_unit_test(the_conditions_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
