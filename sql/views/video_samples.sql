-- Grain: one row per sampled frame with at least one label (TIMESTAMPS results of the latest jobs).
-- Keys: job_id, timestamp.
-- Answers: for how long does a sample stand? The service samples at uneven steps (500 and 501, 480 and
--   520, 200 milliseconds), so each sample lasts until the next one. Frames without any label leave a
--   gap: a step of more than one and a half times the video's median step counts as the median. The last
--   sample lasts a median step, or to the video's end. With one sample alone the step is not known,
--   and sample_millis is NULL.
WITH moments AS (
    SELECT DISTINCT
        job_id,
        video_metadata_duration_millis,
        timestamp
    FROM latest_labels
    WHERE aggregate_by = 'TIMESTAMPS'
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
    timestamp,
    CASE
        WHEN median_millis IS NULL THEN NULL
        WHEN step_millis IS NULL
            THEN GREATEST(LEAST(median_millis, video_metadata_duration_millis - timestamp), 0)
        WHEN step_millis > 1.5 * median_millis THEN median_millis
        ELSE step_millis
    END AS sample_millis
FROM medians
