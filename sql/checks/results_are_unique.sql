-- Grain: result that stands twice in a table that has one row per result.
-- Finds: a result loaded twice.
WITH results AS (
    SELECT
        'label_detection_jobs' AS table_name,
        'label_detection' AS operation,
        job_id,
        aggregate_by
    FROM label_detection_jobs
    UNION ALL
    SELECT
        'media_analysis_jobs' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by
    FROM media_analysis_jobs
    UNION ALL
    SELECT
        'manifest_summaries' AS table_name,
        'media_analysis' AS operation,
        job_id,
        NULL AS aggregate_by
    FROM manifest_summaries
    UNION ALL
    SELECT
        'job_requests' AS table_name,
        operation,
        job_id,
        aggregate_by
    FROM job_requests
    UNION ALL
    SELECT
        'loads' AS table_name,
        operation,
        job_id,
        aggregate_by
    FROM loads
)

SELECT
    operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || COUNT(*) || ' rows of it instead of one' AS problem
FROM results
GROUP BY table_name, operation, job_id, aggregate_by
HAVING COUNT(*) > 1
