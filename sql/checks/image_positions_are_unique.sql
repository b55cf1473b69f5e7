-- Grain: position that two rows of a media analysis result have.
-- Finds: images, moderation labels, content types or manifest errors written twice.
WITH positions AS (
    SELECT
        'moderation_images' AS table_name,
        job_id,
        image_index,
        0 AS own_index
    FROM moderation_images
    UNION ALL
    SELECT
        'moderation_labels' AS table_name,
        job_id,
        image_index,
        label_index
    FROM moderation_labels
    UNION ALL
    SELECT
        'moderation_content_types' AS table_name,
        job_id,
        image_index,
        content_type_index
    FROM moderation_content_types
    UNION ALL
    SELECT
        'manifest_errors' AS table_name,
        job_id,
        error_index,
        0 AS own_index
    FROM manifest_errors
)

SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    table_name || ' has ' || COUNT(*) || ' rows at position ' || image_index || ', ' || own_index AS problem
FROM positions
GROUP BY table_name, job_id, image_index, own_index
HAVING COUNT(*) > 1
