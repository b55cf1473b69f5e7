-- Grain: label, or the like, with a moment before the video's start, or a stretch that ends before it begins.
-- Finds: times in another unit, swapped columns.

-- each table with positions and times
SELECT
    $operation,
    job_id,
    $aggregate_by,
    'the $one at ' || $place || ' has a time out of order' AS problem
FROM $table
WHERE $out_of_order
-- UNION ALL
