-- Grain: one row per stretch without a break in which a moderation label is on screen (latest jobs).
-- Keys: job_id, name, start_timestamp_millis.
-- Answers: from when to when is each label on screen? Of TIMESTAMPS made from the sampled frames: a stretch goes on
--   while a frame lasts until the next one and that one shows the label, too. Of a video that has SEGMENTS alone,
--   what the service sent; stretches that overlap or touch are one. For a category with all its labels
--   take video_moderation_category_segments.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column category: Top-level category, as the model that found the label names it.
-- Column name: Name of the label.
-- Column start_timestamp_millis: Where it begins, in milliseconds.
-- Column end_timestamp_millis: Where it ends, in milliseconds.
-- Column duration_millis: How long it is, in milliseconds.
-- Column sightings: Sampled frames in the stretch; NULL for SEGMENTS, which names none.
-- Column max_confidence: Highest confidence in it, in percent.
-- Column step_assumed: Its length rests on a step between frames that is assumed, at most 500 milliseconds, for want of
--   gaps to see it from; NULL for SEGMENTS.
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.video_metadata_duration_millis,
    stretch.category,
    stretch.name,
    stretch.start_timestamp_millis,
    stretch.end_timestamp_millis,
    stretch.duration_millis,
    CASE WHEN job.aggregate_by = 'TIMESTAMPS' THEN stretch.sightings END AS sightings,
    stretch.max_confidence,
    step.step_assumed
FROM latest_content_moderation_jobs AS job
INNER JOIN precomputed.video_moderation_stretches AS stretch
    ON job.job_id = stretch.job_id AND job.aggregate_by = stretch.aggregate_by
LEFT JOIN precomputed.content_moderation_steps AS step
    ON job.job_id = step.job_id AND job.aggregate_by = step.aggregate_by
WHERE stretch.kind = 'label'
