-- Grain: one row per operation, with or without results.
-- Answers: how many results are shown and held back, how many records were put aside, how new is the newest
--   result, and what may it all have cost?
WITH results AS (
    SELECT
        operation,
        COUNT(*) FILTER (NOT held_back) AS results,
        COUNT(*) FILTER (held_back) AS held_back,
        MAX(landed_at) FILTER (NOT held_back) AS landed_at
    FROM loads
    GROUP BY operation
),

costs AS (
    SELECT
        operation,
        SUM(estimated_usd) AS usd
    FROM job_status
    GROUP BY operation
),

quarantined AS (
    SELECT
        operation,
        COUNT(*) AS records
    FROM quarantined_records
    GROUP BY operation
)

SELECT
    operation.operation,
    COALESCE(results.results, 0) AS results,
    COALESCE(results.held_back, 0) AS held_back,
    COALESCE(quarantined.records, 0) AS quarantined_records,
    results.landed_at AS newest_landed_at,
    COALESCE(costs.usd, 0) AS estimated_usd
FROM (SELECT DISTINCT operation FROM prices) AS operation
LEFT JOIN results ON operation.operation = results.operation
LEFT JOIN costs ON operation.operation = costs.operation
LEFT JOIN quarantined ON operation.operation = quarantined.operation
ORDER BY operation.operation
