-- Grain: one row per label of the newest SUCCEEDED job of a video, configuration and aggregate_by.
-- Keys: job_id, aggregate_by, label_index.
-- Answers: what is in each video, an object analysed twice counted once? The views on labels stand here.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.video_metadata_duration_millis,
    label.label_index,
    label.timestamp,
    label.name,
    label.confidence,
    label.start_timestamp_millis,
    label.end_timestamp_millis,
    label.duration_millis
FROM latest_label_detection_jobs AS job
INNER JOIN labels AS label
    ON job.job_id = label.job_id AND job.aggregate_by = label.aggregate_by
