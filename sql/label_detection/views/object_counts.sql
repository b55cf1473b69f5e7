-- Grain: one row per label with boxes and sampled frame (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, timestamp.
-- Answers: how many of each thing are in the frame, over time? The same box can stand under several names
--   (a Person may be an Adult and a Woman too): compare counts of one name, do not add them up.
-- Column objects: Boxes of the label in the frame.
-- Column max_confidence: Highest confidence of those boxes, in percent.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    frame.name,
    frame.timestamp,
    frame.objects,
    frame.max_confidence
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.object_counts AS frame
    ON job.job_id = frame.job_id
WHERE job.aggregate_by = 'TIMESTAMPS'
