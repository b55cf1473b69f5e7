-- Grain: one row per label name of a video (latest jobs).
-- Keys: job_id, aggregate_by, name.
-- Answers: for how long is each label on screen? TIMESTAMPS: the sum of its samples, added up as stretches
--   (label_segments); SEGMENTS: the sum of the stretches that the service tells. share_of_video is 0 to 1.
--   What is not known is NULL.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column screen_time_millis: How long the label is on screen, in milliseconds.
-- Column share_of_video: That time as a part of the video, 0 to 1.
-- Column sightings: Samples that show the label; of SEGMENTS results, stretches.
-- Column first_seen_millis: Where its first stretch begins, in milliseconds.
-- Column last_seen_millis: Where its last stretch ends, in milliseconds.
WITH stretches AS (
    SELECT
        job_id,
        aggregate_by,
        name,
        start_timestamp_millis,
        end_timestamp_millis,
        duration_millis,
        sightings
    FROM precomputed.label_segments
    UNION ALL
    SELECT
        job_id,
        aggregate_by,
        name,
        start_timestamp_millis,
        end_timestamp_millis,
        duration_millis,
        1 AS sightings
    FROM labels
    WHERE aggregate_by = 'SEGMENTS'
)

SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    stretch.name,
    CAST(SUM(stretch.duration_millis) AS BIGINT) AS screen_time_millis,
    SUM(stretch.duration_millis) / NULLIF(ANY_VALUE(job.video_metadata_duration_millis), 0) AS share_of_video,
    CAST(SUM(stretch.sightings) AS BIGINT) AS sightings,
    MIN(stretch.start_timestamp_millis) AS first_seen_millis,
    MAX(stretch.end_timestamp_millis) AS last_seen_millis
FROM latest_label_detection_jobs AS job
INNER JOIN stretches AS stretch
    ON job.job_id = stretch.job_id AND job.aggregate_by = stretch.aggregate_by
GROUP BY job.job_id, job.aggregate_by, job.video_s3_object_bucket, job.video_s3_object_name, stretch.name
