-- Pull requests that have, or may have, our comment.
CREATE TABLE own_comments (
  repository_id TEXT NOT NULL,
  pr_number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (repository_id, pr_number)
);
