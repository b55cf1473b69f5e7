-- Grain: one row per stretch without a break in which a label is on screen (latest jobs, TIMESTAMPS).
-- Keys: job_id, name, start_timestamp_millis.
-- Answers: from when to when is each label on screen? Made from the timestamps, for results that were not
--   asked for as SEGMENTS. A stretch ends where the next sample does not show the label, and where a gap
--   shows that there were frames without any label.
-- Column sightings: Samples in the segment.
-- Column max_confidence: Highest confidence in it, in percent.
-- Column mean_confidence: Mean confidence in it, in percent.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    segment.name,
    segment.start_timestamp_millis,
    segment.end_timestamp_millis,
    segment.duration_millis,
    segment.sightings,
    segment.max_confidence,
    segment.mean_confidence
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.label_segments AS segment
    ON job.job_id = segment.job_id AND job.aggregate_by = segment.aggregate_by
