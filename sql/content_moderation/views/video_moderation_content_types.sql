-- Grain: one row per video and content type of what was found in it (latest jobs).
-- Keys: job_id, name.
-- Answers: is what was found in a video animated, illustrated, ..., and for how long? The service says it of what
--   carries a moderation label alone: a cartoon without findings is not here.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column name: Name of the content type.
-- Column screen_time_millis: How long labels with it are on screen, in milliseconds, each second once.
-- Column stretches: Stretches without a break.
-- Column max_confidence: Highest confidence of the content type, in percent.
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    stretch.name,
    CAST(SUM(stretch.duration_millis) AS BIGINT) AS screen_time_millis,
    COUNT(*) AS stretches,
    MAX(stretch.max_confidence) AS max_confidence
FROM latest_content_moderation_jobs AS job
INNER JOIN precomputed.video_moderation_stretches AS stretch
    ON job.job_id = stretch.job_id AND job.aggregate_by = stretch.aggregate_by
WHERE stretch.kind = 'content type'
GROUP BY job.job_id, job.aggregate_by, job.video_s3_object_bucket, job.video_s3_object_name, stretch.name
