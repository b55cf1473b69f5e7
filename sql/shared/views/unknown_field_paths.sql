-- Grain: one row per operation and JSON path that no column holds.
-- Keys: operation, path.
-- Answers: what does the service send that these tables do not show yet, since when, and in how many
--   results? The bytes are landed: once a column is there, flatten again. Reads all results, of an object
--   that was analysed twice both.
-- Column occurrences: How often the service sent the field.
-- Column results: Results that have it.
-- Column first_landed_at: When the first of these results was landed.
-- Column last_landed_at: When the last of them was landed.
SELECT
    field.operation,
    field.path,
    CAST(SUM(field.count) AS BIGINT) AS occurrences,
    COUNT(*) AS results,
    MIN(load.landed_at) AS first_landed_at,
    MAX(load.landed_at) AS last_landed_at,
    ARG_MAX(field.example, ROW(load.landed_at, field.job_id, field.aggregate_by)) AS example
FROM unknown_fields AS field
INNER JOIN loads AS load
    ON
        field.operation = load.operation
        AND field.job_id = load.job_id
        AND field.aggregate_by IS NOT DISTINCT FROM load.aggregate_by
GROUP BY field.operation, field.path
