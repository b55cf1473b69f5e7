-- Grain: one row per pair of labels that share a frame of a video (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, other_name; name comes before other_name in the alphabet.
-- Answers: which labels are seen together, in how many sampled frames, and for how long? Where one is an ancestor
--   of the other (Vehicle of Car), the pair says what the taxonomy says, not what happens in the video.
-- Column other_name: The other label of the pair, later in the alphabet.
-- Column frames: Frames that have both.
-- Column together_millis: How long those last, in milliseconds (video_samples).
-- Column is_ancestor: One of the two is an ancestor of the other.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    pair.name,
    pair.other_name,
    pair.frames,
    pair.together_millis,
    pair.is_ancestor
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.label_cooccurrence AS pair
    ON job.job_id = pair.job_id
WHERE job.aggregate_by = 'TIMESTAMPS'
