-- Grain: one row per sampled frame with at least one label (TIMESTAMPS results of the latest jobs).
-- Keys: job_id, timestamp.
-- Answers: for how long does a sample last? Until the next one of its result where that is at most one and a half
--   steps away (video_steps), else one step, and never past the video's end where that is known. Stretches,
--   screen time and times together are sums of these.
-- Column sample_millis: How long the sample lasts, in milliseconds.
SELECT
    job.job_id,
    sample.timestamp,
    sample.sample_millis
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.label_detection_samples AS sample
    ON job.job_id = sample.job_id
WHERE job.aggregate_by = 'TIMESTAMPS'
