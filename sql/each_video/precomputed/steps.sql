-- Grain: one row per TIMESTAMPS result of $operation that has elements.
-- Keys: job_id, aggregate_by.
-- Holds: the step between two sampled frames, as the view video_steps explains it for labels.
WITH samples AS (
    SELECT DISTINCT
        job_id,
        aggregate_by,
        timestamp
    FROM $elements
    WHERE aggregate_by = 'TIMESTAMPS' AND timestamp IS NOT NULL
),

gaps AS (
    SELECT
        job_id,
        aggregate_by,
        LEAD(timestamp) OVER (PARTITION BY job_id ORDER BY timestamp) - timestamp AS gap_millis
    FROM samples
),

results AS (
    SELECT
        job_id,
        aggregate_by,
        COUNT(*) AS samples,
        COUNT(*) FILTER (gap_millis <= 1000) AS gaps,
        QUANTILE_DISC(gap_millis, 0.1) FILTER (gap_millis <= 1000) AS gap_millis
    FROM gaps
    GROUP BY job_id, aggregate_by
),

assumed AS (
    SELECT
        result.*,
        -- an empty list of filters is none
        result.gaps < 20 OR COALESCE(LEN(request.label_inclusion_filters), 0)
        + COALESCE(LEN(request.label_exclusion_filters), 0)
        + COALESCE(LEN(request.label_category_inclusion_filters), 0)
        + COALESCE(LEN(request.label_category_exclusion_filters), 0) > 0 AS step_assumed
    FROM results AS result
    LEFT JOIN job_requests AS request
        ON
            result.job_id = request.job_id
            AND result.aggregate_by = request.aggregate_by
            AND request.operation = '$operation'
)

SELECT
    job_id,
    aggregate_by,
    samples,
    -- 500: the service's usual step, as in recorded responses; LEAST leaves out a gap that is NULL
    CASE WHEN step_assumed THEN LEAST(gap_millis, 500) ELSE gap_millis END AS step_millis,
    step_assumed
FROM assumed
