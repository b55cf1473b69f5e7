-- Grain: one row per label name of a video (latest jobs).
-- Keys: job_id, aggregate_by, name.
-- Answers: for how long is each label on screen? TIMESTAMPS: the sum of its samples (video_samples);
--   SEGMENTS: the sum of its stretches. share_of_video is 0 to 1. What is not known is NULL.
WITH times AS (
    SELECT
        job_id,
        'TIMESTAMPS' AS aggregate_by,
        name,
        SUM(sample_millis) AS screen_time_millis,
        COUNT(*) AS sightings,
        MIN(timestamp) AS first_seen_millis,
        MAX(end_timestamp_millis) AS last_seen_millis
    FROM label_timeline
    GROUP BY job_id, name
    UNION ALL
    SELECT
        job_id,
        aggregate_by,
        name,
        SUM(duration_millis) AS screen_time_millis,
        COUNT(*) AS sightings,
        MIN(start_timestamp_millis) AS first_seen_millis,
        MAX(end_timestamp_millis) AS last_seen_millis
    FROM latest_labels
    WHERE aggregate_by = 'SEGMENTS'
    GROUP BY job_id, aggregate_by, name
)

SELECT
    times.job_id,
    times.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    times.name,
    CAST(times.screen_time_millis AS BIGINT) AS screen_time_millis,
    times.screen_time_millis / NULLIF(job.video_metadata_duration_millis, 0) AS share_of_video,
    times.sightings,
    times.first_seen_millis,
    times.last_seen_millis
FROM times
INNER JOIN latest_label_detection_jobs AS job
    ON times.job_id = job.job_id AND times.aggregate_by = job.aggregate_by
