-- Grain: one row per video with labels (TIMESTAMPS results of the latest jobs).
-- Keys: job_id.
-- Answers: at which steps did the service look at a video? Frames without any label are not sent, so gaps
--   between samples may be longer than the step. The step is the 10 % quantile of the gaps up to a second
--   between samples that follow each other: a smallest gap would be ruined by one odd frame. Where the job has
--   label filters, or fewer than 20 such gaps, there is little to see it from, and it is at most 500
--   milliseconds, the service's usual step.
-- Column samples: Sampled frames with at least one label.
-- Column step_millis: Milliseconds from one sample to the next.
-- Column step_assumed: The step is at most 500 because filters or too few gaps hide it.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.video_metadata_duration_millis,
    step.samples,
    step.step_millis,
    step.step_assumed
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.label_detection_steps AS step
    ON job.job_id = step.job_id
WHERE job.aggregate_by = 'TIMESTAMPS'
