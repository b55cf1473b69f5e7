-- Grain: one row per label of the result of a video that counts (latest_label_detection_jobs).
-- Keys: job_id, label_index.
-- Answers: what is in each video, each video counted once? The views on labels are made from these rows. Of a
--   job with both forms these are the TIMESTAMPS; the SEGMENTS beside are in latest_labels_by_configuration.
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
