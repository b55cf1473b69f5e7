-- Grain: one row per moderation label of the latest analysis of an image.
-- Keys: job_id, image_index, label_index.
-- Answers: what was found on each image, at which level of the taxonomy, and under which top-level
--   category? The taxonomy has three levels and the service sends a label's ancestors with it, so the
--   category is found by going up twice within the image; where an ancestor is missing, it is the last
--   name reached.
WITH parents AS (
    SELECT
        job_id,
        image_index,
        name,
        ANY_VALUE(NULLIF(parent_name, '')) AS parent_name
    FROM moderation_labels
    GROUP BY job_id, image_index, name
)

SELECT
    image.job_id,
    image.image_index,
    label.label_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    COALESCE(above.parent_name, parent.parent_name, NULLIF(label.parent_name, ''), label.name) AS category,
    label.name,
    label.parent_name,
    label.taxonomy_level,
    label.confidence,
    image.completion_timestamp
FROM latest_moderation_images AS image
INNER JOIN moderation_labels AS label
    ON image.job_id = label.job_id AND image.image_index = label.image_index
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
