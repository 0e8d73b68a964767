-- The suite tells a re-run from another run of the same name; a success counts too, by name.
ALTER TABLE check_runs ADD COLUMN suite_id TEXT;
CREATE INDEX check_runs_name ON check_runs (repository_id, name, completed_at);
-- The base was broken as well: no sign of a flaky check.
ALTER TABLE diagnoses ADD COLUMN base_broken INTEGER NOT NULL DEFAULT 0;
-- What became of the check that a fix was made for.
ALTER TABLE fix_attempts ADD COLUMN outcome TEXT;
CREATE INDEX fix_attempts_result ON fix_attempts (repository_id, result);
CREATE INDEX fix_attempts_head ON fix_attempts (repository_id, head_sha);
-- Failed checks whose fix waits for the base.
CREATE TABLE holds (
  check_run_id TEXT NOT NULL PRIMARY KEY,
  repository_id TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  head_sha TEXT NOT NULL,
  check_name TEXT NOT NULL,
  base_ref TEXT NOT NULL,
  held_at INTEGER NOT NULL
);
CREATE INDEX holds_check ON holds (repository_id, check_name);
CREATE INDEX holds_pull_request ON holds (repository_id, pr_number);
-- The audit log is added to; only age, and the removal of a repository, takes from it.
CREATE TRIGGER timeline_append_only BEFORE UPDATE ON timeline BEGIN
  SELECT RAISE(ABORT, 'the timeline is append-only');
END;
