-- The part of the migration Initial that EF Core cannot derive from PieDbContext. Schema.cs runs it directly after
-- Initial, in the same transaction. It is not in Initial.cs because a regeneration overwrites that file.

-- One row with a random id: it distinguishes the checkpoints of this database from those of another database in the
-- same artifact folder. A database that is migrated down to nothing keeps its id.
CREATE TABLE IF NOT EXISTS installation AS SELECT gen_random_uuid() AS id;

-- PostgreSQL stores these values uncompressed, so that it can read a part of a value without the rest of it.
ALTER TABLE run_predictions ALTER COLUMN classes SET STORAGE EXTERNAL, ALTER COLUMN scores SET STORAGE EXTERNAL;
