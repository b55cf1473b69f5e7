-- Grain: result and table of which other rows are there than the ledger counts.
-- Finds: rows that were lost, written twice, or written past the loader. Of a result that is held back, or
--   that the ledger does not know, no rows may be there.
WITH counts AS (
    SELECT
        UNNEST(MAP_KEYS(row_counts)) AS table_name,
        operation,
        job_id,
        aggregate_by,
        0 AS found,
        UNNEST(MAP_VALUES(row_counts)) AS promised
    FROM loads
    WHERE NOT held_back
    UNION ALL
    -- each table that the ledger counts
    SELECT
        '$table' AS table_name,
        $operation,
        job_id,
        $aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM $table
    GROUP BY $keys
    -- UNION ALL
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || SUM(found) || ' rows of it, the ledger says ' || SUM(promised) AS problem
FROM counts
GROUP BY operation, job_id, aggregate_by, table_name
HAVING SUM(found) <> SUM(promised)
