-- Grain: one row per sighting of a label: job_id, name, timestamp (TIMESTAMPS results of the latest jobs).
-- Keys: job_id, name, timestamp.
-- Answers: when is what on screen, from when to when, and how sure is the model? A sighting lasts as long
--   as its sample (video_samples).
-- Column end_timestamp_millis: Where the sighting ends, in milliseconds.
-- Column sample_millis: How long the sighting lasts, in milliseconds.
SELECT
    label.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    label.name,
    label.timestamp,
    label.timestamp + sample.sample_millis AS end_timestamp_millis,
    sample.sample_millis,
    label.confidence
FROM latest_label_detection_jobs AS job
INNER JOIN labels AS label
    ON job.job_id = label.job_id AND job.aggregate_by = label.aggregate_by
-- samples are of TIMESTAMPS alone: a third text to compare would make this join four times as slow
INNER JOIN precomputed.label_detection_samples AS sample
    ON label.job_id = sample.job_id AND label.timestamp = sample.timestamp
WHERE job.aggregate_by = 'TIMESTAMPS'
