-- Grain: one row per form of the result, label and name that is related to it (latest jobs).
-- Keys: aggregate_by, name, kind, related_name.
-- Answers: which parents, categories and aliases does each label have? kind is parent, category or alias.
--   They belong to the label, not to the sighting, so each result's first sighting of a label tells them.
--   Each video counts once and in one form, but samples and stretches are not to be added up.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column kind: What related_name is to the label: parent, category or alias.
-- Column related_name: Name of the parent, category or alias.
-- Column sightings: Labels that were sent with it; of SEGMENTS results, stretches.
-- Column jobs: Jobs that have such a label.
WITH firsts AS (
    SELECT
        job_id,
        aggregate_by,
        name,
        MIN(label_index) AS label_index,
        COUNT(*) AS sightings
    FROM latest_labels
    GROUP BY job_id, aggregate_by, name
),

related AS (
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
    firsts.aggregate_by,
    firsts.name,
    related.kind,
    related.related_name,
    CAST(SUM(firsts.sightings) AS BIGINT) AS sightings,
    COUNT(DISTINCT firsts.job_id) AS jobs
FROM firsts
INNER JOIN related
    ON
        firsts.job_id = related.job_id
        AND firsts.aggregate_by = related.aggregate_by
        AND firsts.label_index = related.label_index
GROUP BY firsts.aggregate_by, firsts.name, related.kind, related.related_name
