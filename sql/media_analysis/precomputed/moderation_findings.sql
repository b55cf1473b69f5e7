-- Grain: one row per moderation label of an image of a job.
-- Keys: job_id, image_index, line_index, label_index.
-- Holds: each label with its category, which the view moderation_findings explains. Lines of one job that
--   name one image are one image here, at the first of them, and a label that several have is one.
WITH repeated AS (
    SELECT
        job_id,
        source_ref,
        MIN(image_index) AS image_index
    FROM moderation_images
    GROUP BY job_id, source_ref
    HAVING COUNT(*) > 1
),

lines AS (
    SELECT
        line.job_id,
        line.image_index AS line_index,
        COALESCE(repeated.image_index, line.image_index) AS image_index,
        repeated.image_index IS NOT NULL AS is_repeated,
        TRY_CAST(SPLIT_PART(line.moderation_model_version, '.', 1) AS BIGINT) AS model_major
    FROM moderation_images AS line
    LEFT JOIN repeated ON line.job_id = repeated.job_id AND line.source_ref = repeated.source_ref
),

newest AS (
    SELECT MAX(model_major) AS model_major
    FROM moderation_taxonomy
),

taxonomy AS (
    SELECT
        model_major,
        name,
        MIN(category) AS category,
        MIN(NULLIF(category_7, '')) AS category_7
    FROM moderation_taxonomy
    GROUP BY model_major, name
),

versioned AS (
    SELECT
        label.job_id,
        line.image_index,
        label.image_index AS line_index,
        label.label_index,
        label.name,
        label.parent_name,
        label.taxonomy_level,
        label.confidence,
        line.is_repeated,
        -- an answer without its version is of model 7 or later if it has levels, which began there
        LEAST(
            COALESCE(line.model_major, CASE WHEN label.taxonomy_level IS NULL THEN 6 ELSE 7 END),
            newest.model_major
        ) AS model_major
    FROM moderation_labels AS label
    INNER JOIN lines AS line ON label.job_id = line.job_id AND label.image_index = line.line_index
    CROSS JOIN newest
),

parents AS (
    SELECT
        job_id,
        image_index,
        name,
        MIN(NULLIF(parent_name, '')) AS parent_name
    FROM versioned
    GROUP BY job_id, image_index, name
),

climbed AS (
    SELECT
        label.*,
        COALESCE(above.parent_name, parent.parent_name, NULLIF(label.parent_name, ''), label.name) AS top_name
    FROM versioned AS label
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
)

SELECT
    label.job_id,
    label.image_index,
    label.line_index,
    label.label_index,
    COALESCE(own.category, top.category, label.top_name) AS category,
    COALESCE(own.category_7, top.category_7) AS category_7,
    label.name,
    label.parent_name,
    label.taxonomy_level,
    label.confidence
FROM climbed AS label
LEFT JOIN taxonomy AS own ON label.model_major = own.model_major AND label.name = own.name
LEFT JOIN taxonomy AS top ON label.model_major = top.model_major AND label.top_name = top.name
QUALIFY
    NOT label.is_repeated
    OR ROW_NUMBER() OVER (
        PARTITION BY
            label.job_id,
            label.image_index,
            label.name,
            label.parent_name
        ORDER BY label.confidence DESC, label.line_index ASC, label.label_index ASC
    ) = 1
