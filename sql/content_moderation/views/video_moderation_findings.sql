-- Grain: one row per moderation label of the result of a video that counts (latest_content_moderation_jobs).
-- Keys: job_id, label_index.
-- Answers: what was found in each video, from when to when, and under which top-level category? Of a published name
--   the table moderation_taxonomy says the category, for the model that found it, whether or not its ancestors
--   were sent. Any other name goes up to its parents within the result; where one of them was not sent, its
--   category is the last name reached. A parent that was sent has rows of its own: to add up times take
--   video_moderation_categories, in which a second counts once.
-- Column aggregate_by: TIMESTAMPS: found at a moment; SEGMENTS: found over a stretch.
-- Column category: Top-level category, as the model that found the label names it.
-- Column category_7: The same in the names of model 7, by which the thresholds go; NULL for a name that has
--   no counterpart there.
-- Column start_timestamp_millis: Where it begins: the moment of the sampled frame, or where the stretch that was sent
--   begins, in milliseconds.
-- Column end_timestamp_millis: Where it ends, in milliseconds: of a sampled frame where the next one is, if that is at
--   most one and a half steps away, else one step later, and never past the video's end.
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.moderation_model_version,
    finding.label_index,
    finding.category,
    finding.category_7,
    finding.name,
    finding.parent_name,
    finding.taxonomy_level,
    finding.confidence,
    finding.start_timestamp_millis,
    finding.end_timestamp_millis
FROM latest_content_moderation_jobs AS job
INNER JOIN precomputed.video_moderation_findings AS finding
    ON job.job_id = finding.job_id AND job.aggregate_by = finding.aggregate_by
