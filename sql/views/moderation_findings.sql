-- Grain: one row per moderation label of the latest analysis of an image.
-- Keys: job_id, image_index, label_index.
-- Answers: what was found on each image, at which level of the taxonomy, and under which top-level
--   category. The service sends a label's ancestors with it, so the category is the root reached by
--   following parent_name upwards within the image; where an ancestor is missing, the last name reached.
WITH RECURSIVE climb AS (
    SELECT
        job_id,
        image_index,
        label_index,
        CASE WHEN COALESCE(parent_name, '') = '' THEN name ELSE parent_name END AS category,
        COALESCE(parent_name, '') = '' AS at_root,
        1 AS steps
    FROM moderation_labels
    UNION ALL
    SELECT
        climb.job_id,
        climb.image_index,
        climb.label_index,
        CASE WHEN COALESCE(parent.parent_name, '') = '' THEN parent.name ELSE parent.parent_name END AS category,
        COALESCE(parent.parent_name, '') = '' AS at_root,
        climb.steps + 1 AS steps
    FROM climb
    INNER JOIN moderation_labels AS parent
        ON
            climb.job_id = parent.job_id
            AND climb.image_index = parent.image_index
            AND climb.category = parent.name
    WHERE NOT climb.at_root AND climb.steps < 5
),

categories AS (
    SELECT
        job_id,
        image_index,
        label_index,
        ARG_MAX(category, steps) AS category
    FROM climb
    GROUP BY job_id, image_index, label_index
)

SELECT
    image.job_id,
    image.image_index,
    label.label_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    categories.category,
    label.name,
    label.parent_name,
    label.taxonomy_level,
    label.confidence
FROM latest_moderation_images AS image
INNER JOIN moderation_labels AS label
    ON image.job_id = label.job_id AND image.image_index = label.image_index
INNER JOIN categories
    ON
        label.job_id = categories.job_id
        AND label.image_index = categories.image_index
        AND label.label_index = categories.label_index
