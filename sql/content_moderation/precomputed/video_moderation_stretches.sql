-- Grain: one row per stretch without a break in which a label, a category or a content type is on screen.
-- Keys: job_id, aggregate_by, kind (`label`, `category`, `content type`), category, name, start_timestamp_millis.
-- Holds: stretches made from the sampled frames of a TIMESTAMPS result, or from the stretches of a SEGMENTS result:
--   those that overlap or touch are one, so that a second counts once. Reads video_moderation_findings and
--   video_moderation_moments, computed before.
WITH spans AS (
    SELECT
        job_id,
        aggregate_by,
        'label' AS kind,
        category,
        name,
        start_timestamp_millis,
        end_timestamp_millis,
        confidence
    FROM video_moderation_findings
    UNION ALL
    SELECT
        job_id,
        aggregate_by,
        'category' AS kind,
        category,
        NULL AS name,
        start_timestamp_millis,
        end_timestamp_millis,
        confidence
    FROM video_moderation_moments
    UNION ALL
    SELECT
        content_type.job_id,
        content_type.aggregate_by,
        'content type' AS kind,
        NULL AS category,
        content_type.name,
        finding.start_timestamp_millis,
        finding.end_timestamp_millis,
        content_type.confidence
    FROM video_moderation_label_content_types AS content_type
    INNER JOIN video_moderation_findings AS finding
        ON
            content_type.job_id = finding.job_id
            AND content_type.aggregate_by = finding.aggregate_by
            AND content_type.label_index = finding.label_index
),

breaks AS (
    SELECT
        *,
        CAST(COALESCE(start_timestamp_millis > MAX(end_timestamp_millis) OVER earlier, FALSE) AS INTEGER) AS is_break
    FROM spans
    WINDOW earlier AS (
        PARTITION BY job_id, aggregate_by, kind, category, name
        ORDER BY start_timestamp_millis ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

stretches AS (
    SELECT
        *,
        SUM(is_break) OVER (
            PARTITION BY job_id, aggregate_by, kind, category, name ORDER BY start_timestamp_millis
        ) AS stretch
    FROM breaks
)

SELECT
    job_id,
    aggregate_by,
    kind,
    category,
    name,
    MIN(start_timestamp_millis) AS start_timestamp_millis,
    MAX(end_timestamp_millis) AS end_timestamp_millis,
    MAX(end_timestamp_millis) - MIN(start_timestamp_millis) AS duration_millis,
    COUNT(DISTINCT start_timestamp_millis) AS sightings,
    MAX(confidence) AS max_confidence
FROM stretches
GROUP BY job_id, aggregate_by, kind, category, name, stretch
