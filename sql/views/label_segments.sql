-- Grain: one row per stretch without a break in which a label is on screen (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, start_timestamp_millis.
-- Answers: from when to when is each label on screen? Made from the timestamps, so it has what the
--   service's own SEGMENTS form leaves out, such as the most boxes at once by a join on time. A stretch ends
--   where the next sample, or a frame without any label, does not show the label.
WITH sightings AS (
    SELECT
        *,
        COALESCE(
            timestamp > LAG(end_timestamp_millis) OVER (PARTITION BY job_id, name ORDER BY timestamp), TRUE
        ) AS begins
    FROM label_timeline
),

numbered AS (
    SELECT
        *,
        SUM(CAST(begins AS INTEGER)) OVER (PARTITION BY job_id, name ORDER BY timestamp) AS stretch
    FROM sightings
)

SELECT
    job_id,
    video_s3_object_bucket,
    video_s3_object_name,
    name,
    MIN(timestamp) AS start_timestamp_millis,
    MAX(end_timestamp_millis) AS end_timestamp_millis,
    MAX(end_timestamp_millis) - MIN(timestamp) AS duration_millis,
    COUNT(*) AS sightings,
    MAX(confidence) AS max_confidence,
    AVG(confidence) AS mean_confidence
FROM numbered
GROUP BY job_id, video_s3_object_bucket, video_s3_object_name, name, stretch
