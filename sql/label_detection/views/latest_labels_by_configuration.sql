-- Grain: one row per label of the newest result of a video, configuration and aggregate_by.
-- Keys: job_id, aggregate_by, label_index.
-- Answers: what do analyses under other confidences and filters, or in the other form, find in the same video?
--   They are side by side: choose one, do not add them up. For one answer a video take latest_labels.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column min_confidence: Lowest confidence that the service returned, in percent; NULL for a found job.
-- Column is_filtered: The request has filters, so what is missing may have been there; NULL for a found job.
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.min_confidence,
    job.is_filtered,
    label.label_index,
    label.timestamp,
    label.name,
    label.confidence,
    label.start_timestamp_millis,
    label.end_timestamp_millis,
    label.duration_millis
FROM latest_label_detection_jobs_by_configuration AS job
INNER JOIN labels AS label
    ON job.job_id = label.job_id AND job.aggregate_by = label.aggregate_by
