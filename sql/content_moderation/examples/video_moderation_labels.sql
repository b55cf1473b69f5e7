-- Answers: which moderation labels is the model surest of, and when in the video?
SELECT
    job.video_s3_object_name,
    label.name,
    label.parent_name,
    label.timestamp,
    label.confidence
FROM video_moderation_labels AS label
INNER JOIN content_moderation_jobs AS job
    ON label.job_id = job.job_id AND label.aggregate_by = job.aggregate_by
ORDER BY label.confidence DESC, job.video_s3_object_name ASC, label.job_id ASC, label.label_index ASC
LIMIT 10
