-- Since when a pull request has had its head: GitHub's time of the first fact that named it.
ALTER TABLE pull_requests ADD COLUMN head_since INTEGER NOT NULL DEFAULT 0;
UPDATE pull_requests SET head_since = updated_at;
-- When a text was last put down.
ALTER TABLE contents ADD COLUMN saved_at INTEGER NOT NULL DEFAULT 0;
