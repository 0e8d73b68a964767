-- Bodies apart: what changes in a delivery after it was stored is small, and a row is written whole.
CREATE TABLE delivery_bodies (id INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL);
ALTER TABLE deliveries ADD COLUMN body_id INTEGER;
CREATE TRIGGER delivery_bodies_removed AFTER DELETE ON deliveries WHEN OLD.body_id IS NOT NULL BEGIN
  DELETE FROM delivery_bodies WHERE id = OLD.body_id;
END;
-- Almost all are done: only of the others is it worth an index.
DROP INDEX deliveries_status;
CREATE INDEX deliveries_dead ON deliveries (received_at) WHERE status = 'dead';
