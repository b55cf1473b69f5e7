-- Grain: confidence or share outside 0 to 100.
-- Finds: a value in another unit, a number that was misread. NULL is a member the service left out.
WITH percentages AS (
    SELECT
        'labels' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        confidence
    FROM labels
    UNION ALL
    SELECT
        'label_instances' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        confidence
    FROM label_instances
    UNION ALL
    SELECT
        'label_instance_dominant_colors' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        pixel_percent AS confidence
    FROM label_instance_dominant_colors
    UNION ALL
    SELECT
        'moderation_labels' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        confidence
    FROM moderation_labels
    UNION ALL
    SELECT
        'moderation_content_types' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        confidence
    FROM moderation_content_types
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has a percentage of ' || confidence AS problem
FROM percentages
WHERE confidence NOT BETWEEN 0 AND 100.001 -- float32 rounding of 100
