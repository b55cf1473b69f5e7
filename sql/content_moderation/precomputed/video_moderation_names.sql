-- Grain: one row per name of a moderation label in a result.
-- Keys: job_id, aggregate_by, name.
-- Holds: the top-level category of each name. Of a published name the table moderation_taxonomy says it, for the
--   model that found it, whether or not its ancestors were sent. Any other name goes up to its parents within the
--   result; where one of them was not sent, its category is the last name reached. The images' moderation_findings
--   are categorised in the same way.
WITH newest AS (
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

names AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        label.name,
        MIN(NULLIF(label.parent_name, '')) AS parent_name,
        -- an answer without its version is of model 7 or later if it has levels, which began there
        LEAST(
            COALESCE(
                TRY_CAST(SPLIT_PART(MIN(job.moderation_model_version), '.', 1) AS BIGINT),
                CASE WHEN MIN(label.taxonomy_level) IS NULL THEN 6 ELSE 7 END
            ),
            MIN(newest.model_major)
        ) AS model_major
    FROM video_moderation_labels AS label
    INNER JOIN content_moderation_jobs AS job
        ON label.job_id = job.job_id AND label.aggregate_by = job.aggregate_by
    CROSS JOIN newest
    GROUP BY label.job_id, label.aggregate_by, label.name
),

climbed AS (
    SELECT
        label.*,
        COALESCE(above.parent_name, parent.parent_name, label.parent_name, label.name) AS top_name
    FROM names AS label
    LEFT JOIN names AS parent
        ON
            label.job_id = parent.job_id
            AND label.aggregate_by = parent.aggregate_by
            AND label.parent_name = parent.name
    LEFT JOIN names AS above
        ON
            parent.job_id = above.job_id
            AND parent.aggregate_by = above.aggregate_by
            AND parent.parent_name = above.name
)

SELECT
    label.job_id,
    label.aggregate_by,
    label.name,
    COALESCE(own.category, top.category, label.top_name) AS category,
    COALESCE(own.category_7, top.category_7) AS category_7
FROM climbed AS label
LEFT JOIN taxonomy AS own ON label.model_major = own.model_major AND label.name = own.name
LEFT JOIN taxonomy AS top ON label.model_major = top.model_major AND label.top_name = top.name
