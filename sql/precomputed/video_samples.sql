-- Grain: one row per sampled frame with at least one label: job_id, aggregate_by, timestamp.
-- Keys: job_id, aggregate_by, timestamp.
-- Holds: for how long each sample of a TIMESTAMPS result stands, which the view video_samples explains.
WITH moments AS (
    SELECT DISTINCT
        label.job_id,
        label.aggregate_by,
        label.timestamp,
        job.video_metadata_duration_millis
    FROM labels AS label
    INNER JOIN label_detection_jobs AS job
        ON label.job_id = job.job_id AND label.aggregate_by = job.aggregate_by
    WHERE label.aggregate_by = 'TIMESTAMPS' AND label.timestamp IS NOT NULL
),

steps AS (
    SELECT
        *,
        LEAD(timestamp) OVER (PARTITION BY job_id ORDER BY timestamp) - timestamp AS step_millis
    FROM moments
),

medians AS (
    SELECT
        *,
        CAST(MEDIAN(step_millis) OVER (PARTITION BY job_id) AS BIGINT) AS median_millis
    FROM steps
)

SELECT
    job_id,
    aggregate_by,
    timestamp,
    CASE
        WHEN median_millis IS NULL THEN NULL
        WHEN step_millis IS NULL
            THEN GREATEST(LEAST(median_millis, video_metadata_duration_millis - timestamp), 0)
        WHEN step_millis > 1.5 * median_millis THEN median_millis
        ELSE step_millis
    END AS sample_millis
FROM medians
