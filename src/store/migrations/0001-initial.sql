CREATE TABLE pull_requests (
  repository_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  installation_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  repo TEXT NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  state TEXT NOT NULL,
  merged INTEGER NOT NULL,
  draft INTEGER NOT NULL,
  fork INTEGER NOT NULL,
  maintainer_can_modify INTEGER NOT NULL,
  labels TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  head_ref TEXT NOT NULL,
  head_repository TEXT,
  base_sha TEXT NOT NULL,
  base_ref TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (repository_id, number)
);
CREATE INDEX pull_requests_head ON pull_requests (repository_id, head_sha);
CREATE INDEX pull_requests_name ON pull_requests (owner, repo, number);
CREATE INDEX pull_requests_updated ON pull_requests (updated_at);

CREATE TABLE check_runs (
  id TEXT NOT NULL PRIMARY KEY,
  repository_id TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  name TEXT NOT NULL,
  app_slug TEXT,
  conclusion TEXT,
  pr_number INTEGER,
  completed_at INTEGER
);
CREATE INDEX check_runs_head ON check_runs (repository_id, head_sha);

CREATE TABLE diagnoses (
  check_run_id TEXT NOT NULL PRIMARY KEY,
  repository_id TEXT NOT NULL,
  head_sha TEXT NOT NULL,
  pr_number INTEGER,
  check_name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  diagnosis TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX diagnoses_head ON diagnoses (repository_id, head_sha);
CREATE INDEX diagnoses_fingerprint ON diagnoses (repository_id, fingerprint);

CREATE TABLE fix_attempts (
  id TEXT NOT NULL PRIMARY KEY,
  repository_id TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  head_sha TEXT NOT NULL,
  check_run_id TEXT,
  strategy TEXT NOT NULL,
  content_digest TEXT NOT NULL,
  reverse_digest TEXT,
  status TEXT NOT NULL,
  result TEXT,
  reason TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE INDEX fix_attempts_pull_request ON fix_attempts (repository_id, pr_number, created_at);

CREATE TABLE timeline (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  repository_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  repo TEXT NOT NULL,
  pr_number INTEGER,
  head_sha TEXT,
  check_run_id TEXT,
  rule TEXT,
  message TEXT NOT NULL,
  data TEXT NOT NULL,
  correlation_id TEXT,
  dedupe_key TEXT UNIQUE
);
CREATE INDEX timeline_pull_request ON timeline (owner, repo, pr_number, id);
CREATE INDEX timeline_repository ON timeline (repository_id);

CREATE TABLE deliveries (
  app_id TEXT NOT NULL,
  guid TEXT NOT NULL,
  event TEXT NOT NULL,
  action TEXT,
  installation_id TEXT,
  repository_id TEXT,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  note TEXT,
  messages INTEGER NOT NULL,
  PRIMARY KEY (app_id, guid)
);
CREATE INDEX deliveries_received ON deliveries (received_at);
CREATE INDEX deliveries_open ON deliveries (next_attempt_at) WHERE status = 'open';
CREATE INDEX deliveries_status ON deliveries (status, received_at);

CREATE TABLE delivery_counts (status TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL);
INSERT INTO delivery_counts (status, count) VALUES ('open', 0), ('done', 0), ('dead', 0);
CREATE TRIGGER deliveries_added AFTER INSERT ON deliveries BEGIN
  UPDATE delivery_counts SET count = count + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN
  UPDATE delivery_counts SET count = count - 1 WHERE status = OLD.status;
END;
CREATE TRIGGER deliveries_changed AFTER UPDATE OF status ON deliveries WHEN OLD.status <> NEW.status BEGIN
  UPDATE delivery_counts SET count = count - 1 WHERE status = OLD.status;
  UPDATE delivery_counts SET count = count + 1 WHERE status = NEW.status;
END;

CREATE TABLE installations (id TEXT NOT NULL PRIMARY KEY, account TEXT NOT NULL, suspended INTEGER NOT NULL);
CREATE TABLE repositories (
  id TEXT NOT NULL PRIMARY KEY,
  installation_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  private INTEGER NOT NULL
);
CREATE INDEX repositories_installation ON repositories (installation_id);

CREATE TABLE contents (id TEXT NOT NULL PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE paused_scopes (scope TEXT NOT NULL PRIMARY KEY, paused_by TEXT NOT NULL, paused_at INTEGER NOT NULL);
CREATE TABLE schedule_slots (name TEXT NOT NULL PRIMARY KEY, slot INTEGER NOT NULL);
CREATE TABLE processes (
  id TEXT NOT NULL PRIMARY KEY,
  role TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  workers TEXT NOT NULL
);
