-- The database of one run: docs/results.md explains it. Times are hours from the start of the study; every value is in the unit that stands
-- in table output, parameter or covariate. Values that are not numbers are NULL.

CREATE TABLE run (                -- one row
  onset_version TEXT NOT NULL, started TEXT NOT NULL, wall_s REAL NOT NULL, command TEXT NOT NULL,
  study TEXT NOT NULL, title TEXT NOT NULL, model TEXT NOT NULL, model_title TEXT NOT NULL,
  seed INTEGER NOT NULL, n_subjects INTEGER NOT NULL, n_arms INTEGER NOT NULL, n_failed INTEGER NOT NULL, -- courses that ended in a failure
  acceptance REAL NOT NULL,       -- share of candidates that met the entry criteria
  solver TEXT NOT NULL, solver_why TEXT NOT NULL, rtol REAL NOT NULL, atol REAL NOT NULL, threads INTEGER NOT NULL, isa TEXT NOT NULL,
  courses_per_s REAL NOT NULL, steps INTEGER NOT NULL, rejected INTEGER NOT NULL,
  compiler TEXT NOT NULL, cpu TEXT NOT NULL, headline TEXT);
CREATE TABLE source (path TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL);     -- every file used
CREATE TABLE option (name TEXT NOT NULL, value TEXT NOT NULL);                           -- the options given
CREATE TABLE arm (arm TEXT PRIMARY KEY, position INTEGER NOT NULL, title TEXT NOT NULL, is_control INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE output (output TEXT PRIMARY KEY, position INTEGER NOT NULL, full_name TEXT NOT NULL, unit TEXT NOT NULL, text TEXT NOT NULL, low REAL, high REAL);
CREATE TABLE panel (panel INTEGER NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL, output TEXT NOT NULL, is_log INTEGER NOT NULL, first_h REAL NOT NULL);
CREATE TABLE visit (position INTEGER PRIMARY KEY, time_h REAL NOT NULL, label TEXT NOT NULL);
CREATE TABLE parameter (          -- of the model, typical values
  parameter TEXT PRIMARY KEY, module TEXT NOT NULL, unit TEXT NOT NULL, value REAL NOT NULL, iiv TEXT NOT NULL,  -- 'lognormal','normal','logit',''
  iiv_size REAL NOT NULL, text TEXT NOT NULL, source_kind TEXT NOT NULL,                                          -- 'evidence','calibrated','assumed',''
  source_key TEXT NOT NULL, source_note TEXT NOT NULL, source_text TEXT NOT NULL, seen TEXT NOT NULL);           -- the evidence row's source; 'yes','recalled',''
CREATE TABLE covariate (covariate TEXT PRIMARY KEY, unit TEXT NOT NULL, text TEXT NOT NULL, distribution TEXT NOT NULL, labels TEXT NOT NULL); -- labels: 'male,female', '' for a number
CREATE TABLE requirement (text TEXT NOT NULL);                                           -- entry criteria
CREATE TABLE module (instance TEXT PRIMARY KEY, module TEXT NOT NULL, title TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE endpoint_definition (endpoint TEXT PRIMARY KEY, position INTEGER NOT NULL, text TEXT NOT NULL, expression TEXT NOT NULL, is_rate INTEGER NOT NULL);

CREATE TABLE subject_covariate (subject INTEGER NOT NULL, covariate TEXT NOT NULL, value REAL);      -- population values, auxiliary ones too
CREATE TABLE subject_parameter (subject INTEGER NOT NULL, parameter TEXT NOT NULL, value REAL);      -- individual values (after scale and shift) of parameters that vary
CREATE TABLE observation (subject INTEGER NOT NULL, arm TEXT NOT NULL, time_h REAL NOT NULL, output TEXT NOT NULL, true_value REAL, observed REAL);
CREATE TABLE endpoint (subject INTEGER NOT NULL, arm TEXT NOT NULL, time_h REAL NOT NULL, endpoint TEXT NOT NULL, value REAL);
CREATE TABLE event (subject INTEGER NOT NULL, arm TEXT NOT NULL, time_h REAL NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL); -- 'failed': a course that ended

CREATE TABLE summary (arm TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, mean REAL, sd REAL, p05 REAL, p25 REAL, median REAL, p75 REAL, p95 REAL);
  -- true values, at visits and trace times
CREATE TABLE observed_summary (arm TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, mean REAL, sd REAL, p05 REAL, p25 REAL, median REAL, p75 REAL, p95 REAL);
  -- observed values and numeric endpoints (output = the endpoint's name), at visits
CREATE TABLE rate (arm TEXT NOT NULL, endpoint TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, events INTEGER NOT NULL, rate REAL, ci_low REAL, ci_high REAL);
  -- Wilson 95 % interval
CREATE TABLE difference (arm TEXT NOT NULL, control TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, difference REAL, ci_low REAL, ci_high REAL);
  -- arm - control within subjects, observed values at visits (endpoints that are rates: difference of rates); 95 % interval of the mean, paired
