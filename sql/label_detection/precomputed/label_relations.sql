-- Grain: one row per label name of a result that has ancestors or categories.
-- Keys: job_id, aggregate_by, name.
-- Holds: the names of its ancestors (the service sends all of them, not the next one alone) and categories. They
--   belong to the label, not to the sighting, so a result's first sighting of a label says them.
WITH firsts AS (
    SELECT
        job_id,
        aggregate_by,
        name,
        MIN(label_index) AS label_index
    FROM labels
    GROUP BY job_id, aggregate_by, name
),

related AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        label.name,
        parent.name AS ancestor,
        NULL AS category
    FROM firsts AS label
    INNER JOIN label_parents AS parent
        ON
            label.job_id = parent.job_id
            AND label.aggregate_by = parent.aggregate_by
            AND label.label_index = parent.label_index
    UNION ALL
    SELECT
        label.job_id,
        label.aggregate_by,
        label.name,
        NULL AS ancestor,
        category.name AS category
    FROM firsts AS label
    INNER JOIN label_categories AS category
        ON
            label.job_id = category.job_id
            AND label.aggregate_by = category.aggregate_by
            AND label.label_index = category.label_index
)

SELECT
    job_id,
    aggregate_by,
    name,
    LIST(ancestor ORDER BY ancestor) FILTER (ancestor IS NOT NULL) AS ancestors,
    LIST(category ORDER BY category) FILTER (category IS NOT NULL) AS categories
FROM related
GROUP BY job_id, aggregate_by, name
