-- Grain: table and 64 labels or images of a result, some of which are not there: the first one is named.
-- Finds: tables of one result that do not fit together. (The label that label_parents names may well be
--   absent: a result can be cut off between the two.)

-- A number of 64 bits says which of 64 labels or images there are: joined are those numbers, not rows,
-- which keeps the memory of many millions of rows small.
WITH parents AS (
    SELECT
        'label' AS parent,
        job_id,
        aggregate_by,
        0 AS instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM labels
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'instance' AS parent,
        job_id,
        aggregate_by,
        instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_instances
    GROUP BY job_id, aggregate_by, instance_index, label_index >> 6
    UNION ALL
    SELECT
        'image' AS parent,
        job_id,
        NULL AS aggregate_by,
        0 AS instance_index,
        image_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (image_index & 63)) AS positions
    FROM moderation_images
    GROUP BY job_id, image_index >> 6
),

children AS (
    SELECT
        'label_instances' AS table_name,
        'label' AS parent,
        job_id,
        aggregate_by,
        0 AS instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_instances
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'label_parents' AS table_name,
        'label' AS parent,
        job_id,
        aggregate_by,
        0 AS instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_parents
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'label_aliases' AS table_name,
        'label' AS parent,
        job_id,
        aggregate_by,
        0 AS instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_aliases
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'label_categories' AS table_name,
        'label' AS parent,
        job_id,
        aggregate_by,
        0 AS instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_categories
    GROUP BY job_id, aggregate_by, label_index >> 6
    UNION ALL
    SELECT
        'label_instance_dominant_colors' AS table_name,
        'instance' AS parent,
        job_id,
        aggregate_by,
        instance_index,
        label_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (label_index & 63)) AS positions
    FROM label_instance_dominant_colors
    GROUP BY job_id, aggregate_by, instance_index, label_index >> 6
    UNION ALL
    SELECT
        'moderation_labels' AS table_name,
        'image' AS parent,
        job_id,
        NULL AS aggregate_by,
        0 AS instance_index,
        image_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (image_index & 63)) AS positions
    FROM moderation_labels
    GROUP BY job_id, image_index >> 6
    UNION ALL
    SELECT
        'moderation_content_types' AS table_name,
        'image' AS parent,
        job_id,
        NULL AS aggregate_by,
        0 AS instance_index,
        image_index >> 6 AS stretch,
        BIT_OR(1::UBIGINT << (image_index & 63)) AS positions
    FROM moderation_content_types
    GROUP BY job_id, image_index >> 6
),

orphans AS (
    SELECT
        child.*,
        child.positions & ~COALESCE(parent.positions, 0::UBIGINT) AS absent
    FROM children AS child
    LEFT JOIN parents AS parent
        ON
            child.parent = parent.parent
            AND child.job_id = parent.job_id
            AND child.aggregate_by IS NOT DISTINCT FROM parent.aggregate_by
            AND child.instance_index = parent.instance_index
            AND child.stretch = parent.stretch
)

SELECT
    CASE parent WHEN 'image' THEN 'media_analysis' ELSE 'label_detection' END AS operation,
    job_id,
    aggregate_by,
    table_name || ' has a row at ' || CASE parent WHEN 'image' THEN 'image' ELSE 'label' END || '_index '
    || (stretch * 64 + BIT_COUNT(XOR(absent, absent - 1)) - 1) -- the lowest bit that is set
    || CASE parent WHEN 'instance' THEN ', instance_index ' || instance_index ELSE '' END
    || ', where there is no ' || parent AS problem
FROM orphans
WHERE absent <> 0
