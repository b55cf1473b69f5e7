-- Grain: one row per label with boxes and sampled frame (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, timestamp.
-- Answers: how many of each thing are in the frame, over time? The same box can stand under several names
--   (a Person may be an Adult and a Woman too): compare counts of one name, do not add them up.
SELECT
    label.job_id,
    label.video_s3_object_bucket,
    label.video_s3_object_name,
    label.name,
    label.timestamp,
    COUNT(*) AS objects,
    MAX(instance.confidence) AS max_confidence
FROM latest_labels AS label
INNER JOIN label_instances AS instance
    ON
        label.job_id = instance.job_id
        AND label.aggregate_by = instance.aggregate_by
        AND label.label_index = instance.label_index
WHERE label.aggregate_by = 'TIMESTAMPS'
GROUP BY
    label.job_id,
    label.video_s3_object_bucket,
    label.video_s3_object_name,
    label.name,
    label.timestamp
