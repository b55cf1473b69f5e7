-- Grain: one row per pair of labels that share a frame of a video (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, other_name; name comes before other_name in the alphabet.
-- Answers: which labels are seen together, and in how many sampled frames?
-- Column other_name: The other label of the pair, later in the alphabet.
-- Column frames: Frames that have both.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    pair.name,
    pair.other_name,
    pair.frames
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.label_cooccurrence AS pair
    ON job.job_id = pair.job_id AND job.aggregate_by = pair.aggregate_by
