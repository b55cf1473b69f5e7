-- Grain: one row per sampled frame with at least one label (TIMESTAMPS results of the latest jobs).
-- Keys: job_id, timestamp.
-- Answers: for how long does a sample stand? The service samples at uneven steps (500 and 501, 480 and
--   520, 200 milliseconds), so each sample lasts until the next one. Frames without any label leave a
--   gap: a step of more than one and a half times the video's median step counts as the median. The last
--   sample lasts a median step, or to the video's end. With one sample alone the step is not known,
--   and sample_millis is NULL.
-- Column sample_millis: How long the sample lasts, in milliseconds; NULL where the step is not known.
SELECT
    job.job_id,
    sample.timestamp,
    sample.sample_millis
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.video_samples AS sample
    ON job.job_id = sample.job_id AND job.aggregate_by = sample.aggregate_by
