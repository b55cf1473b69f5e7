-- Grain: one row per operation, with or without results.
-- Answers: how many results are shown and held back, how many records were put aside, how new is the newest
--   result, and what may it all have cost? Both forms of one video's result are one job and one cost.
WITH jobs AS (
    SELECT
        operation,
        job_id,
        COUNT(*) FILTER (NOT held_back) AS results,
        COUNT(*) FILTER (held_back) AS held_back,
        MAX(landed_at) FILTER (NOT held_back) AS landed_at,
        MAX(estimated_usd) AS usd
    FROM job_status
    GROUP BY operation, job_id
),

quarantined AS (
    SELECT
        operation,
        COUNT(*) AS records
    FROM quarantined_records
    GROUP BY operation
)

SELECT
    prices.operation,
    COALESCE(SUM(jobs.results), 0) AS results,
    COALESCE(SUM(jobs.held_back), 0) AS held_back,
    COALESCE(ANY_VALUE(quarantined.records), 0) AS quarantined_records,
    MAX(jobs.landed_at) AS newest_landed_at,
    COALESCE(SUM(jobs.usd), 0) AS estimated_usd
FROM prices
LEFT JOIN jobs ON prices.operation = jobs.operation
LEFT JOIN quarantined ON prices.operation = quarantined.operation
GROUP BY prices.operation
ORDER BY prices.operation
