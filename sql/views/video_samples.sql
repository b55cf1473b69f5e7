-- Grain: one row per sampled frame with at least one label: job_id, timestamp (TIMESTAMPS results).
-- Keys: job_id, timestamp.
-- Answers: for how long a sample stands. The service samples at uneven steps (500 and 501, 480 and 520,
--   200 milliseconds), so each sample lasts until the next one. Frames without any label leave a gap: a
--   step of more than one and a half times the video's median step counts as the median. The last
--   sample lasts a median step, or to the video's end. With one sample alone the step is not known,
--   and sample_millis is NULL.
WITH moments AS (
    SELECT DISTINCT
        label.job_id,
        label.timestamp
    FROM labels AS label
    WHERE label.aggregate_by = 'TIMESTAMPS'
),

steps AS (
    SELECT
        job_id,
        timestamp,
        LEAD(timestamp) OVER (PARTITION BY job_id ORDER BY timestamp) - timestamp AS step_millis
    FROM moments
),

medians AS (
    SELECT
        *,
        MEDIAN(step_millis) OVER (PARTITION BY job_id) AS median_millis
    FROM steps
)

SELECT
    medians.job_id,
    medians.timestamp,
    CASE
        WHEN medians.step_millis IS NULL
            THEN GREATEST(
                LEAST(medians.median_millis, job.video_metadata_duration_millis - medians.timestamp), 0
            )
        WHEN medians.step_millis > 1.5 * medians.median_millis THEN medians.median_millis
        ELSE medians.step_millis
    END AS sample_millis
FROM medians
LEFT JOIN label_detection_jobs AS job
    ON medians.job_id = job.job_id AND job.aggregate_by = 'TIMESTAMPS'
