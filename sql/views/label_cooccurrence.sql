-- Grain: one row per pair of labels that share a frame of a video (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, other_name; name comes before other_name in the alphabet.
-- Answers: which labels are seen together, and in how many sampled frames?
SELECT
    label.job_id,
    label.video_s3_object_bucket,
    label.video_s3_object_name,
    label.name,
    other.name AS other_name,
    COUNT(*) AS frames
FROM latest_labels AS label
INNER JOIN labels AS other
    ON
        label.job_id = other.job_id
        AND label.aggregate_by = other.aggregate_by
        AND label.timestamp = other.timestamp
        AND label.name < other.name
WHERE label.aggregate_by = 'TIMESTAMPS'
GROUP BY
    label.job_id,
    label.video_s3_object_bucket,
    label.video_s3_object_name,
    label.name,
    other.name
