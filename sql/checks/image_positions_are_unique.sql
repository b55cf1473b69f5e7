-- Grain: table and 64 images, or errors, of a media analysis result in which two rows have the same position.
-- Finds: images, moderation labels, content types or manifest errors written twice.

-- A number of 64 bits says which of 64 images there are: grouping by those, not by the positions
-- themselves, keeps the memory of many millions of rows small.
WITH stretches AS (
    SELECT
        'moderation_images' AS table_name,
        job_id,
        image_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (image_index & 63))) AS positions
    FROM moderation_images
    GROUP BY job_id, image_index >> 6
    UNION ALL
    SELECT
        'moderation_labels' AS table_name,
        job_id,
        image_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (image_index & 63))) AS positions
    FROM moderation_labels
    GROUP BY job_id, label_index, image_index >> 6
    UNION ALL
    SELECT
        'moderation_content_types' AS table_name,
        job_id,
        image_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (image_index & 63))) AS positions
    FROM moderation_content_types
    GROUP BY job_id, content_type_index, image_index >> 6
    UNION ALL
    SELECT
        'manifest_errors' AS table_name,
        job_id,
        error_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (error_index & 63))) AS positions
    FROM manifest_errors
    GROUP BY job_id, error_index >> 6
)

SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    table_name || ' has ' || found || ' rows instead of ' || positions || ' at position '
    || (stretch * 64) || ' to ' || (stretch * 64 + 63) AS problem
FROM stretches
WHERE found > positions
