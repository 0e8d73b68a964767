-- What people asked for, by a button or a command, and what was answered.
CREATE TABLE person_requests (
  id TEXT NOT NULL PRIMARY KEY,
  repository_id TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  head_sha TEXT NOT NULL,
  verb TEXT NOT NULL,
  source TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  rule TEXT,
  answer TEXT NOT NULL,
  settled INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX person_requests_pull_request ON person_requests (repository_id, pr_number, at);

-- Failures that a person told us to leave alone on a pull request.
CREATE TABLE ignored_failures (
  repository_id TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  ignored_by TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (repository_id, pr_number, fingerprint)
);
