-- Answers: which videos were analysed, how long are they, and by which model?
SELECT
    video_s3_object_name,
    aggregate_by,
    job_status,
    ROUND(video_metadata_duration_millis / 1000, 1) AS seconds,
    label_model_version
FROM label_detection_jobs
ORDER BY video_s3_object_name ASC, job_id ASC
