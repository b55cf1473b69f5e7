-- Grain: one row per label and name that is related to it (latest jobs).
-- Keys: name, kind, related_name.
-- Answers: which parents, categories and aliases does each label have? kind is parent, category or alias.
WITH related AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        'parent' AS kind,
        name AS related_name
    FROM label_parents
    UNION ALL
    SELECT
        job_id,
        aggregate_by,
        label_index,
        'category' AS kind,
        name AS related_name
    FROM label_categories
    UNION ALL
    SELECT
        job_id,
        aggregate_by,
        label_index,
        'alias' AS kind,
        name AS related_name
    FROM label_aliases
)

SELECT
    label.name,
    related.kind,
    related.related_name,
    COUNT(*) AS sightings,
    COUNT(DISTINCT label.job_id) AS jobs
FROM latest_labels AS label
INNER JOIN related
    ON
        label.job_id = related.job_id
        AND label.aggregate_by = related.aggregate_by
        AND label.label_index = related.label_index
GROUP BY label.name, related.kind, related.related_name
