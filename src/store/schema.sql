-- The database of one run: docs/results.md explains it. Times are hours from the start of the study; every value is in the unit that stands
-- in table output, parameter or covariate. Values that are not numbers are NULL.
--
-- The large tables (*_data) hold positions instead of names, in the order in which they are asked for; the views observation, endpoint,
-- subject_covariate and subject_parameter give them with their names. Read the views.

PRAGMA application_id = 0x4F4E5354; -- 'ONST'
PRAGMA user_version = 1;            -- of this schema

CREATE TABLE run (                -- one row
  onset_version TEXT NOT NULL, started TEXT NOT NULL, wall_s REAL NOT NULL, command TEXT NOT NULL,
  study TEXT NOT NULL, title TEXT NOT NULL, model TEXT NOT NULL, model_title TEXT NOT NULL,
  seed INTEGER NOT NULL, n_subjects INTEGER NOT NULL, n_arms INTEGER NOT NULL, n_failed INTEGER NOT NULL, -- courses that ended in a failure
  acceptance REAL NOT NULL,       -- share of candidates that met the entry criteria
  solver TEXT NOT NULL, solver_why TEXT NOT NULL, rtol REAL NOT NULL, atol REAL NOT NULL, threads INTEGER NOT NULL, isa TEXT NOT NULL,
  courses_per_s REAL NOT NULL, steps INTEGER NOT NULL, rejected INTEGER NOT NULL,
  compiler TEXT NOT NULL, cpu TEXT NOT NULL, headline TEXT,
  population TEXT NOT NULL, population_title TEXT NOT NULL,
  kernel TEXT NOT NULL,           -- where the model's code came from: 'built in', 'cache', 'compiled in 0.42 s'
  n_resumed INTEGER NOT NULL);    -- subjects taken over from an interrupted run of the same command
CREATE TABLE source (path TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL);     -- every file used
CREATE TABLE option (name TEXT NOT NULL, value TEXT NOT NULL);                           -- the options of the run
CREATE TABLE arm (arm TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, title TEXT NOT NULL, is_control INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE arm_dose (arm TEXT NOT NULL, time_h REAL NOT NULL, drug TEXT NOT NULL, route TEXT NOT NULL);       -- every dose as written, repetitions too
CREATE TABLE output (output TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, full_name TEXT NOT NULL, unit TEXT NOT NULL, text TEXT NOT NULL, low REAL, high REAL);
CREATE TABLE panel (panel INTEGER NOT NULL, title TEXT NOT NULL, position INTEGER NOT NULL, output TEXT NOT NULL, is_log INTEGER NOT NULL, first_h REAL NOT NULL);
CREATE TABLE visit (position INTEGER PRIMARY KEY, time_h REAL NOT NULL, label TEXT NOT NULL);
CREATE TABLE parameter (          -- of the model, typical values
  parameter TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, module TEXT NOT NULL, unit TEXT NOT NULL, value REAL NOT NULL,
  iiv TEXT NOT NULL,              -- 'lognormal','normal','logit','population' (drawn there),''
  iiv_size REAL NOT NULL, text TEXT NOT NULL, source_kind TEXT NOT NULL,                                          -- 'evidence','calibrated','assumed',''
  source_key TEXT NOT NULL, source_note TEXT NOT NULL, source_text TEXT NOT NULL, seen TEXT NOT NULL);           -- the evidence row's source; 'yes','recalled',''
CREATE TABLE covariate (          -- of the population, auxiliary values too
  covariate TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, unit TEXT NOT NULL, text TEXT NOT NULL, distribution TEXT NOT NULL,
  labels TEXT NOT NULL);          -- 'male,female': value 0 is male; '' for a number
CREATE TABLE requirement (text TEXT NOT NULL);                                           -- entry criteria
CREATE TABLE module (instance TEXT PRIMARY KEY, module TEXT NOT NULL, title TEXT NOT NULL, links TEXT NOT NULL);
CREATE TABLE endpoint_definition (endpoint TEXT PRIMARY KEY, position INTEGER NOT NULL UNIQUE, text TEXT NOT NULL, expression TEXT NOT NULL, is_rate INTEGER NOT NULL);

CREATE TABLE event (subject INTEGER NOT NULL, arm TEXT NOT NULL, time_h REAL, kind TEXT NOT NULL, detail TEXT NOT NULL); -- 'failed': a course that ended

CREATE TABLE summary (arm TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, mean REAL, sd REAL, p05 REAL, p25 REAL, median REAL, p75 REAL, p95 REAL,
  PRIMARY KEY (arm, output, time_h)) WITHOUT ROWID;
  -- true values, at visits and trace times
CREATE TABLE observed_summary (arm TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, mean REAL, sd REAL, p05 REAL, p25 REAL, median REAL, p75 REAL, p95 REAL,
  PRIMARY KEY (arm, output, time_h)) WITHOUT ROWID;
  -- observed values and numeric endpoints (output = the endpoint's name), at visits
CREATE TABLE rate (arm TEXT NOT NULL, endpoint TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, events INTEGER NOT NULL, rate REAL, ci_low REAL, ci_high REAL,
  PRIMARY KEY (arm, endpoint, time_h)) WITHOUT ROWID;
  -- Wilson 95 % interval
CREATE TABLE difference (arm TEXT NOT NULL, control TEXT NOT NULL, output TEXT NOT NULL, time_h REAL NOT NULL, n INTEGER NOT NULL, difference REAL, ci_low REAL, ci_high REAL,
  PRIMARY KEY (arm, control, output, time_h)) WITHOUT ROWID;
  -- arm - control within subjects, observed values at visits (endpoints that are rates: difference of rates); 95 % interval of the mean, paired

CREATE TABLE subject_covariate_data (covariate INTEGER NOT NULL, subject INTEGER NOT NULL, value REAL, PRIMARY KEY (covariate, subject)) WITHOUT ROWID;
CREATE TABLE subject_parameter_data (parameter INTEGER NOT NULL, subject INTEGER NOT NULL, value REAL, PRIMARY KEY (parameter, subject)) WITHOUT ROWID;
CREATE TABLE observation_data (arm INTEGER NOT NULL, output INTEGER NOT NULL, visit INTEGER NOT NULL, subject INTEGER NOT NULL, true_value REAL, observed REAL,
  PRIMARY KEY (arm, output, visit, subject)) WITHOUT ROWID;
CREATE TABLE endpoint_data (arm INTEGER NOT NULL, endpoint INTEGER NOT NULL, visit INTEGER NOT NULL, subject INTEGER NOT NULL, value REAL,
  PRIMARY KEY (arm, endpoint, visit, subject)) WITHOUT ROWID;

CREATE VIEW subject_covariate AS      -- (subject, covariate, value): population values, auxiliary ones too
  SELECT d.subject AS subject, c.covariate AS covariate, d.value AS value
  FROM subject_covariate_data d JOIN covariate c ON c.position = d.covariate;
CREATE VIEW subject_parameter AS      -- (subject, parameter, value): individual values (after scale and shift) of parameters that vary
  SELECT d.subject AS subject, p.parameter AS parameter, d.value AS value
  FROM subject_parameter_data d JOIN parameter p ON p.position = d.parameter;
CREATE VIEW observation AS            -- (subject, arm, time_h, output, true_value, observed)
  SELECT d.subject AS subject, a.arm AS arm, v.time_h AS time_h, o.output AS output, d.true_value AS true_value, d.observed AS observed
  FROM observation_data d JOIN arm a ON a.position = d.arm JOIN output o ON o.position = d.output JOIN visit v ON v.position = d.visit;
CREATE VIEW endpoint AS               -- (subject, arm, time_h, endpoint, value)
  SELECT d.subject AS subject, a.arm AS arm, v.time_h AS time_h, e.endpoint AS endpoint, d.value AS value
  FROM endpoint_data d JOIN arm a ON a.position = d.arm JOIN endpoint_definition e ON e.position = d.endpoint JOIN visit v ON v.position = d.visit;
