-- Grain: result. What of each is loaded; microseconds, so that no time zone library is needed.
SELECT
    operation,
    job_id,
    aggregate_by,
    attempt,
    schema_version,
    EPOCH_US(flattened_at) AS flattened_at_micros,
    accepted_reason
FROM loads
