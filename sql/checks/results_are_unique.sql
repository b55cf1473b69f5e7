-- Grain: result that stands twice in a table that has one row per result.
-- Finds: a result loaded twice.
WITH results AS (
    -- each table with one row a result
    SELECT
        '$table' AS table_name,
        $operation,
        job_id,
        $aggregate_by
    FROM $table
    -- UNION ALL
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || COUNT(*) || ' rows of it instead of one' AS problem
FROM results
GROUP BY table_name, operation, job_id, aggregate_by
HAVING COUNT(*) > 1
