-- Grain: row with a NULL in a column that the schemas say every row has: keys, positions and the like.
-- Finds: a writer that put NULL where it found nothing.

-- each table
SELECT
    $operation,
    job_id,
    $aggregate_by,
    '$table has a NULL in $required' AS problem
FROM $table
WHERE $some_is_null
-- UNION ALL
