-- Grain: table and 64 labels of a video result in which two rows have the same position.
-- Finds: labels, instances, colours, parents, aliases or categories written twice.

-- A number of 64 bits says which of 64 labels there are: grouping by those, not by the positions
-- themselves, keeps the memory of many millions of rows small.
WITH stretches AS (
    SELECT
        'labels' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM labels
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'label_instances' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM label_instances
    GROUP BY job_id, aggregate_by, instance_index, label_index >> 6
    UNION ALL
    SELECT
        'label_instance_dominant_colors' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM label_instance_dominant_colors
    GROUP BY job_id, aggregate_by, instance_index, color_index, label_index >> 6
    UNION ALL
    SELECT
        'label_parents' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM label_parents
    GROUP BY job_id, aggregate_by, parent_index, label_index >> 6
    UNION ALL
    SELECT
        'label_aliases' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM label_aliases
    GROUP BY job_id, aggregate_by, alias_index, label_index >> 6
    UNION ALL
    SELECT
        'label_categories' AS table_name,
        job_id,
        aggregate_by,
        label_index >> 6 AS stretch,
        COUNT(*) AS found,
        BIT_COUNT(BIT_OR(1::UBIGINT << (label_index & 63))) AS positions
    FROM label_categories
    GROUP BY job_id, aggregate_by, category_index, label_index >> 6
)

SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    table_name || ' has ' || found || ' rows instead of ' || positions || ' at label_index '
    || (stretch * 64) || ' to ' || (stretch * 64 + 63) AS problem
FROM stretches
WHERE found > positions
