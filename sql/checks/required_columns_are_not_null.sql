-- Grain: row with a NULL in a column that the schemas say every row has: keys, positions and the like.
-- Finds: a writer that put NULL where it found nothing.
SELECT
    operation,
    job_id,
    aggregate_by,
    'job_requests has a NULL in job_id, operation or landed_at' AS problem
FROM job_requests
WHERE
    job_id IS NULL
    OR operation IS NULL
    OR landed_at IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_detection_jobs has a NULL in job_id or aggregate_by' AS problem
FROM label_detection_jobs
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'labels has a NULL in job_id, aggregate_by or label_index' AS problem
FROM labels
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_instances has a NULL in job_id, aggregate_by, label_index or instance_index' AS problem
FROM label_instances
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
    OR instance_index IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_instance_dominant_colors has a NULL in job_id, aggregate_by, label_index, instance_index or '
    || 'color_index' AS problem
FROM label_instance_dominant_colors
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
    OR instance_index IS NULL
    OR color_index IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_parents has a NULL in job_id, aggregate_by, label_index or parent_index' AS problem
FROM label_parents
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
    OR parent_index IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_aliases has a NULL in job_id, aggregate_by, label_index or alias_index' AS problem
FROM label_aliases
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
    OR alias_index IS NULL
UNION ALL
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'label_categories has a NULL in job_id, aggregate_by, label_index or category_index' AS problem
FROM label_categories
WHERE
    job_id IS NULL
    OR aggregate_by IS NULL
    OR label_index IS NULL
    OR category_index IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'media_analysis_jobs has a NULL in job_id or mode' AS problem
FROM media_analysis_jobs
WHERE
    job_id IS NULL
    OR mode IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'moderation_images has a NULL in job_id or image_index' AS problem
FROM moderation_images
WHERE
    job_id IS NULL
    OR image_index IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'moderation_labels has a NULL in job_id, image_index or label_index' AS problem
FROM moderation_labels
WHERE
    job_id IS NULL
    OR image_index IS NULL
    OR label_index IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'moderation_content_types has a NULL in job_id, image_index or content_type_index' AS problem
FROM moderation_content_types
WHERE
    job_id IS NULL
    OR image_index IS NULL
    OR content_type_index IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'manifest_summaries has a NULL in job_id' AS problem
FROM manifest_summaries
WHERE
    job_id IS NULL
UNION ALL
SELECT
    'media_analysis' AS operation,
    job_id,
    NULL AS aggregate_by,
    'manifest_errors has a NULL in job_id or error_index' AS problem
FROM manifest_errors
WHERE
    job_id IS NULL
    OR error_index IS NULL
UNION ALL
SELECT
    operation,
    job_id,
    aggregate_by,
    'quarantined_records has a NULL in job_id, operation, file, line_number, byte_offset, reason or record' AS problem
FROM quarantined_records
WHERE
    job_id IS NULL
    OR operation IS NULL
    OR file IS NULL
    OR line_number IS NULL
    OR byte_offset IS NULL
    OR reason IS NULL
    OR record IS NULL
UNION ALL
SELECT
    operation,
    job_id,
    aggregate_by,
    'unknown_fields has a NULL in job_id, operation, path or count' AS problem
FROM unknown_fields
WHERE
    job_id IS NULL
    OR operation IS NULL
    OR path IS NULL
    OR count IS NULL
UNION ALL
SELECT
    operation,
    job_id,
    aggregate_by,
    'loads has a NULL in job_id, operation, schema_version, row_counts, reconciled or held_back' AS problem
FROM loads
WHERE
    job_id IS NULL
    OR operation IS NULL
    OR schema_version IS NULL
    OR row_counts IS NULL
    OR reconciled IS NULL
    OR held_back IS NULL
