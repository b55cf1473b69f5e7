-- Grain: confidence or share outside 0 to 100.
-- Finds: a value in another unit, a number that was misread. NULL is a member the service left out.
WITH percentages AS (
    -- each column of percentages in a table with positions
    SELECT
        '$table' AS table_name,
        $operation,
        job_id,
        $aggregate_by,
        $column AS confidence
    FROM $table
    -- UNION ALL
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has a percentage of ' || confidence AS problem
FROM percentages
WHERE confidence NOT BETWEEN 0 AND 100.001 -- float32 rounding of 100
