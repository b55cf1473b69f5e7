-- Grain: one row per stretch without a break in which a label is on screen (latest jobs).
-- Keys: job_id, name, start_timestamp_millis.
-- Answers: from when to when is each label on screen? Of TIMESTAMPS made from the samples: a stretch goes on
--   where a sample lasts until the next one (video_samples) and that one shows the label, too. Of a video that has
--   SEGMENTS alone, what the service sent.
-- Column aggregate_by: TIMESTAMPS: made from samples; SEGMENTS: sent so.
-- Column start_timestamp_millis: Where it begins, in milliseconds.
-- Column end_timestamp_millis: Where it ends, in milliseconds.
-- Column duration_millis: How long it is, in milliseconds.
-- Column sightings: Samples in the stretch; NULL for one that was sent, which names none.
-- Column max_confidence: Highest confidence in it, in percent.
-- Column mean_confidence: Mean confidence in it, in percent; of one that was sent, its confidence.
-- Column step_assumed: Its length rests on a step that is assumed (video_steps); NULL for one that was sent.
WITH segments AS (
    SELECT
        segment.*,
        step.step_assumed
    FROM precomputed.label_segments AS segment
    INNER JOIN precomputed.label_detection_steps AS step
        ON segment.job_id = step.job_id AND segment.aggregate_by = step.aggregate_by
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        name,
        start_timestamp_millis,
        end_timestamp_millis,
        COALESCE(duration_millis, end_timestamp_millis - start_timestamp_millis) AS duration_millis,
        confidence AS max_confidence,
        confidence AS mean_confidence
    FROM labels
    WHERE aggregate_by = 'SEGMENTS'
)

SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.video_metadata_duration_millis,
    segment.name,
    segment.start_timestamp_millis,
    segment.end_timestamp_millis,
    segment.duration_millis,
    segment.sightings,
    segment.max_confidence,
    segment.mean_confidence,
    segment.step_assumed
FROM latest_label_detection_jobs AS job
INNER JOIN segments AS segment
    ON job.job_id = segment.job_id AND job.aggregate_by = segment.aggregate_by
