#include "study/progress.h"

#include "base/error.h"

static const double seconds_between = 0.1;

onset_meter onset_meter_start(const onset_job *job, const char *stage, int64_t done, int64_t total)
{
    return (onset_meter){.job = job, .stage = stage, .before = done, .done = done, .total = total, .started = onset_clock()};
}

double onset_meter_per_s(const onset_meter *meter)
{
    const double elapsed = onset_clock() - meter->started;

    return elapsed > 0 ? (double)(meter->done - meter->before) / elapsed : 0;
}

void onset_meter_tell(onset_meter *meter, int64_t more)
{
    const onset_run_options *options = &meter->job->options;
    const double             now     = onset_clock();
    onset_progress           progress;

    meter->done += more;
    if (!options->progress || (now - meter->last < seconds_between && meter->done < meter->total)) return;
    meter->last = now;
    progress =
        (onset_progress){.stage = meter->stage, .done = (long)meter->done, .total = (long)meter->total, .per_s = onset_meter_per_s(meter)};
    if (progress.per_s > 0) progress.eta_s = (double)(meter->total - meter->done) / progress.per_s;
    options->progress(options->ctx, &progress);
}

onset_status onset_meter_step(onset_error *err, onset_meter *meter, int64_t more)
{
    onset_meter_tell(meter, more);
    return onset_job_is_cancelled(meter->job) ? onset_fail(err, ONSET_CANCELLED, "the run was cancelled") : ONSET_OK;
}
