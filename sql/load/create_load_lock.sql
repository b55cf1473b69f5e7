-- Grain: one row, always.
-- Answers: who loads (each load updates this row first, so that the second of two at once fails and
--   tries again), which schema version and which views the warehouse has, which load was the last.
CREATE TABLE internal.load_lock (
    schema_version BIGINT NOT NULL,
    load_id VARCHAR NOT NULL,
    views_digest VARCHAR
)
