-- Grain: one row per label name of a video and bin of five percent of confidence (latest jobs).
-- Keys: job_id, aggregate_by, name, confidence_from.
-- Answers: how sure is the model of each label, and what would another lowest confidence leave out? A
--   confidence of 100 counts in the bin from 95.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column confidence_from: Where the bin begins, in percent; it ends 5 higher.
-- Column labels: Labels in the bin.
SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    name,
    CAST(LEAST(FLOOR(confidence / 5) * 5, 95) AS INTEGER) AS confidence_from,
    COUNT(*) AS labels
FROM latest_labels
WHERE confidence IS NOT NULL
GROUP BY job_id, aggregate_by, video_s3_object_bucket, video_s3_object_name, name, confidence_from
