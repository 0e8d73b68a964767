-- What was used of a budget, in slots of ten seconds; and until when one is closed.
CREATE TABLE budget_slots (
  name TEXT NOT NULL,
  slot INTEGER NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (name, slot)
) WITHOUT ROWID;
CREATE TABLE budget_blocks (name TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
