-- Grain: position that two rows of a video result have.
-- Finds: labels, instances, colours, parents, aliases or categories written twice.
WITH positions AS (
    SELECT
        'labels' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        0 AS own_index,
        0 AS color_index
    FROM labels
    UNION ALL
    SELECT
        'label_instances' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        0 AS color_index
    FROM label_instances
    UNION ALL
    SELECT
        'label_instance_dominant_colors' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        color_index
    FROM label_instance_dominant_colors
    UNION ALL
    SELECT
        'label_parents' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        parent_index,
        0 AS color_index
    FROM label_parents
    UNION ALL
    SELECT
        'label_aliases' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        alias_index,
        0 AS color_index
    FROM label_aliases
    UNION ALL
    SELECT
        'label_categories' AS table_name,
        job_id,
        aggregate_by,
        label_index,
        category_index,
        0 AS color_index
    FROM label_categories
)

SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || COUNT(*) || ' rows at label_index ' || label_index AS problem
FROM positions
GROUP BY table_name, job_id, aggregate_by, label_index, own_index, color_index
HAVING COUNT(*) > 1
