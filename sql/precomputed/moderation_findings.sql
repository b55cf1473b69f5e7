-- Grain: one row per moderation label of an image.
-- Keys: job_id, image_index, label_index.
-- Holds: each label with its top-level category, which the view moderation_findings explains.
WITH parents AS (
    SELECT
        job_id,
        image_index,
        name,
        MIN(NULLIF(parent_name, '')) AS parent_name
    FROM moderation_labels
    GROUP BY job_id, image_index, name
)

SELECT
    label.job_id,
    label.image_index,
    label.label_index,
    COALESCE(above.parent_name, parent.parent_name, NULLIF(label.parent_name, ''), label.name) AS category,
    label.name,
    label.parent_name,
    label.taxonomy_level,
    label.confidence
FROM moderation_labels AS label
LEFT JOIN parents AS parent
    ON
        label.job_id = parent.job_id
        AND label.image_index = parent.image_index
        AND label.parent_name = parent.name
LEFT JOIN parents AS above
    ON
        parent.job_id = above.job_id
        AND parent.image_index = above.image_index
        AND parent.parent_name = above.name
