-- Grain: one row per category of a TIMESTAMPS result and sampled frame that shows it, and per category and stretch
--   that a SEGMENTS result was sent.
-- Keys: job_id, aggregate_by, category, category_7, start_timestamp_millis, end_timestamp_millis.
-- Holds: the surest label of the category there, of equals the deepest: what thresholds are held against. A parent
--   and its children at one moment are one row. Reads video_moderation_findings, computed before.
SELECT
    job_id,
    aggregate_by,
    category,
    category_7,
    start_timestamp_millis,
    end_timestamp_millis,
    FIRST(
        name ORDER BY
            confidence DESC NULLS LAST,
            COALESCE(taxonomy_level, CASE WHEN COALESCE(parent_name, '') = '' THEN 1 ELSE 2 END) DESC,
            name ASC
    ) AS name,
    MAX(confidence) AS confidence
FROM video_moderation_findings
GROUP BY job_id, aggregate_by, category, category_7, start_timestamp_millis, end_timestamp_millis
