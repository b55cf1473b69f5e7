-- Grain: result and table of which other rows are there than the ledger counts.
-- Finds: rows that were lost, written twice, or written past the loader. Of a result that is held back, or
--   that the ledger does not know, no rows may be there.
WITH counts AS (
    SELECT
        'job_requests' AS table_name,
        operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM job_requests
    GROUP BY operation, job_id, aggregate_by
    UNION ALL
    SELECT
        'label_detection_jobs' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_detection_jobs
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'labels' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM labels
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'label_instances' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_instances
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'label_instance_dominant_colors' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_instance_dominant_colors
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'label_parents' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_parents
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'label_aliases' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_aliases
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'label_categories' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM label_categories
    GROUP BY job_id, aggregate_by
    UNION ALL
    SELECT
        'media_analysis_jobs' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM media_analysis_jobs
    GROUP BY job_id
    UNION ALL
    SELECT
        'moderation_images' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM moderation_images
    GROUP BY job_id
    UNION ALL
    SELECT
        'moderation_labels' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM moderation_labels
    GROUP BY job_id
    UNION ALL
    SELECT
        'moderation_content_types' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM moderation_content_types
    GROUP BY job_id
    UNION ALL
    SELECT
        'manifest_summaries' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM manifest_summaries
    GROUP BY job_id
    UNION ALL
    SELECT
        'manifest_errors' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM manifest_errors
    GROUP BY job_id
    UNION ALL
    SELECT
        'quarantined_records' AS table_name,
        operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM quarantined_records
    GROUP BY operation, job_id, aggregate_by
    UNION ALL
    SELECT
        'unknown_fields' AS table_name,
        operation,
        job_id,
        aggregate_by,
        COUNT(*) AS found,
        0 AS promised
    FROM unknown_fields
    GROUP BY operation, job_id, aggregate_by
    UNION ALL
    SELECT
        UNNEST(MAP_KEYS(row_counts)) AS table_name,
        operation,
        job_id,
        aggregate_by,
        0 AS found,
        UNNEST(MAP_VALUES(row_counts)) AS promised
    FROM loads
    WHERE NOT held_back
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || SUM(found) || ' rows of it, the ledger says ' || SUM(promised) AS problem
FROM counts
GROUP BY operation, job_id, aggregate_by, table_name
HAVING SUM(found) <> SUM(promised)
