-- Grain: one row per sampled frame with at least one element: job_id, aggregate_by, timestamp.
-- Keys: job_id, aggregate_by, timestamp.
-- Holds: for how long each sample of a TIMESTAMPS result lasts, as the view video_samples explains it for labels.
--   This is the only place that says so: all that has a length in time reads it. Reads the steps, computed before.
WITH moments AS (
    SELECT DISTINCT
        job_id,
        aggregate_by,
        timestamp
    FROM $elements
    WHERE aggregate_by = 'TIMESTAMPS' AND timestamp IS NOT NULL
),

gaps AS (
    SELECT
        *,
        LEAD(timestamp) OVER (PARTITION BY job_id ORDER BY timestamp) - timestamp AS gap_millis
    FROM moments
),

samples AS (
    SELECT
        gap.job_id,
        gap.aggregate_by,
        gap.timestamp,
        -- LEAST leaves out an end that is not known
        GREATEST(LEAST(
            CASE WHEN gap.gap_millis <= 1.5 * step.step_millis THEN gap.gap_millis ELSE step.step_millis END,
            NULLIF(job.video_metadata_duration_millis, 0) - gap.timestamp
        ), 0) AS sample_millis
    FROM gaps AS gap
    INNER JOIN $steps AS step
        ON gap.job_id = step.job_id AND gap.aggregate_by = step.aggregate_by
    INNER JOIN $jobs AS job
        ON gap.job_id = job.job_id AND gap.aggregate_by = job.aggregate_by
),

breaks AS (
    SELECT
        *,
        CAST(COALESCE(timestamp > LAG(timestamp + sample_millis) OVER earlier, FALSE) AS INTEGER) AS is_break
    FROM samples
    WINDOW earlier AS (PARTITION BY job_id ORDER BY timestamp)
)

SELECT
    job_id,
    aggregate_by,
    timestamp,
    sample_millis,
    -- counts on by one where a sample lasts until the next one, and by two where it ends before
    CAST(ROW_NUMBER() OVER earlier + SUM(is_break) OVER earlier AS BIGINT) AS sample_number
FROM breaks
WINDOW earlier AS (PARTITION BY job_id ORDER BY timestamp)
