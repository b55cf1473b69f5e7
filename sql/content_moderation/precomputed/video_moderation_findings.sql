-- Grain: one row per moderation label of a result whose place in the video is known.
-- Keys: job_id, aggregate_by, label_index.
-- Holds: from when to when each label is on screen, and its category, which the view video_moderation_findings
--   explains. Reads content_moderation_samples and video_moderation_names, computed before.
WITH spans AS (
    SELECT
        label.*,
        label.timestamp AS from_millis,
        label.timestamp + sample.sample_millis AS to_millis
    FROM video_moderation_labels AS label
    -- samples are of TIMESTAMPS alone: a third text to compare would slow this down
    INNER JOIN content_moderation_samples AS sample
        ON label.job_id = sample.job_id AND label.timestamp = sample.timestamp
    WHERE label.aggregate_by = 'TIMESTAMPS'
    UNION ALL
    SELECT
        *,
        COALESCE(start_timestamp_millis, timestamp) AS from_millis,
        COALESCE(end_timestamp_millis, from_millis + duration_millis, from_millis) AS to_millis
    FROM video_moderation_labels
    WHERE aggregate_by = 'SEGMENTS' AND COALESCE(start_timestamp_millis, timestamp) IS NOT NULL
)

SELECT
    span.job_id,
    span.aggregate_by,
    span.label_index,
    found.category,
    found.category_7,
    span.name,
    span.parent_name,
    span.taxonomy_level,
    span.confidence,
    span.from_millis AS start_timestamp_millis,
    span.to_millis AS end_timestamp_millis
FROM spans AS span
INNER JOIN video_moderation_names AS found
    ON span.job_id = found.job_id AND span.aggregate_by = found.aggregate_by AND span.name = found.name
