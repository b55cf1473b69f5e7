-- Grain: one row per sighting of a label: job_id, name, timestamp (TIMESTAMPS results of the latest jobs).
-- Keys: job_id, name, timestamp.
-- Answers: when is what on screen, from when to when, and how sure is the model? A sighting lasts as long
--   as its sample (video_samples).
-- Column sample_millis: How long the sighting lasts, in milliseconds; NULL where it is not known.
SELECT
    label.job_id,
    label.video_s3_object_bucket,
    label.video_s3_object_name,
    label.name,
    label.timestamp,
    label.timestamp + sample.sample_millis AS end_timestamp_millis,
    sample.sample_millis,
    label.confidence
FROM latest_labels AS label
INNER JOIN precomputed.video_samples AS sample
    ON
        label.job_id = sample.job_id
        AND label.aggregate_by = sample.aggregate_by
        AND label.timestamp = sample.timestamp
