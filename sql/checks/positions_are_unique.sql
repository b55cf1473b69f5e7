-- Grain: table and 64 positions of a result, of which two rows have the same one.
-- Finds: rows of a list written twice: labels, instances, images, errors and the like.

-- A number of 64 bits says which of 64 positions there are: grouping by those, not by the positions
-- themselves, keeps the memory of many millions of rows small.
WITH stretches AS (
    -- each table with positions
    SELECT
        '$table' AS table_name,
        $operation,
        job_id,
        $aggregate_by,
        '$along' AS place,
        $first >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << ($first & 63))) AS positions
    FROM $table
    GROUP BY $group, $first >> 6
    -- UNION ALL
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || found || ' rows instead of ' || positions || ' at ' || place || ' '
    || (stretch * 64) || ' to ' || (stretch * 64 + 63) AS problem
FROM stretches
WHERE found > positions
