-- Answers: which videos were moderated, how long are they, and by which model?
SELECT
    video_s3_object_name,
    aggregate_by,
    job_status,
    ROUND(video_metadata_duration_millis / 1000, 1) AS seconds,
    moderation_model_version
FROM content_moderation_jobs
ORDER BY video_s3_object_name ASC, job_id ASC, aggregate_by ASC
