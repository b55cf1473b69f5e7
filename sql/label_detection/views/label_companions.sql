-- Grain: one row per label of a video and other label that shares a frame with it (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, other_name.
-- Answers: what is seen together with a label? label_cooccurrence with each pair in both directions, so
--   that a filter on name finds all companions of a label: do not add up both.
-- Column other_name: The label that is seen with it.
-- Column frames: Frames that have both.
-- Column together_millis: How long those last, in milliseconds (video_samples).
-- Column is_ancestor: One of the two is an ancestor of the other.
SELECT
    job_id,
    video_s3_object_bucket,
    video_s3_object_name,
    name,
    other_name,
    frames,
    together_millis,
    is_ancestor
FROM label_cooccurrence
UNION ALL
SELECT
    job_id,
    video_s3_object_bucket,
    video_s3_object_name,
    other_name AS name,
    name AS other_name,
    frames,
    together_millis,
    is_ancestor
FROM label_cooccurrence
