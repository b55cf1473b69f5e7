-- Grain: one row per image, moderation label and model version, of images that several models looked at.
-- Keys: source_ref, name, moderation_model_version.
-- Answers: what does a newer model find on the same image that an older one did not, and the other way
--   round? Each model's newest SUCCEEDED analysis counts, whatever its settings; a label that a model did
--   not find has confidence NULL, so that the versions can be laid side by side.
WITH images AS (
    SELECT
        image.job_id,
        image.image_index,
        image.source_ref,
        image.moderation_model_version
    FROM moderation_images AS image
    INNER JOIN media_analysis_jobs AS job ON image.job_id = job.job_id
    INNER JOIN loads AS load ON image.job_id = load.job_id AND load.operation = 'media_analysis'
    WHERE job.status = 'SUCCEEDED'
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY image.source_ref, image.moderation_model_version
        ORDER BY
            COALESCE(job.creation_timestamp, load.landed_at) DESC, job.job_id DESC, image.image_index ASC
    ) = 1
),

compared AS (
    SELECT *
    FROM images
    QUALIFY COUNT(*) OVER (PARTITION BY source_ref) > 1
),

found AS (
    SELECT
        image.job_id,
        image.image_index,
        image.source_ref,
        label.name,
        MAX(label.confidence) AS confidence
    FROM compared AS image
    INNER JOIN moderation_labels AS label
        ON image.job_id = label.job_id AND image.image_index = label.image_index
    GROUP BY image.job_id, image.image_index, image.source_ref, label.name
),

names AS (
    SELECT DISTINCT
        source_ref,
        name
    FROM found
)

SELECT
    image.source_ref,
    names.name,
    image.moderation_model_version,
    image.job_id,
    found.confidence
FROM compared AS image
INNER JOIN names ON image.source_ref = names.source_ref
LEFT JOIN found
    ON
        image.job_id = found.job_id
        AND image.image_index = found.image_index
        AND names.name = found.name
