-- Grain: one row per image, moderation label and model version, of images that several models looked at.
-- Keys: source_ref, name, moderation_model_version.
-- Answers: what does a newer model find on the same image that an older one did not, and the other way
--   round? Reads all results, not the latest alone: each model's newest SUCCEEDED analysis counts, whatever
--   its settings. A label that a model did not find has confidence NULL, so that the versions can be laid
--   side by side.
WITH jobs AS NOT MATERIALIZED (
    SELECT
        job.job_id,
        ROW_NUMBER() OVER (
            ORDER BY COALESCE(job.creation_timestamp, load.landed_at) ASC NULLS FIRST, job.job_id ASC
        ) AS job_number
    FROM media_analysis_jobs AS job
    INNER JOIN loads AS load ON job.job_id = load.job_id AND load.operation = 'media_analysis'
    WHERE job.status = 'SUCCEEDED'
),

images AS MATERIALIZED (
    SELECT
        image.source_ref,
        image.moderation_model_version,
        -- the later job, and within it the earlier line, is greater; a manifest has fewer than 2^32 lines
        job.job_number * 4294967296 - image.image_index AS newness
    FROM moderation_images AS image
    INNER JOIN jobs AS job ON image.job_id = job.job_id
),

several AS (
    SELECT source_ref
    FROM images
    GROUP BY source_ref
    HAVING MIN(COALESCE(moderation_model_version, '')) <> MAX(COALESCE(moderation_model_version, ''))
),

newest AS (
    SELECT
        image.source_ref,
        image.moderation_model_version,
        MAX(image.newness) AS newness
    FROM several
    INNER JOIN images AS image ON several.source_ref = image.source_ref
    GROUP BY image.source_ref, image.moderation_model_version
),

found AS (
    SELECT
        image.source_ref,
        image.moderation_model_version,
        job.job_id,
        label.name,
        MAX(label.confidence) AS confidence
    FROM newest AS image
    INNER JOIN jobs AS job ON (image.newness + 4294967295) // 4294967296 = job.job_number
    LEFT JOIN moderation_labels AS label
        ON
            job.job_id = label.job_id
            AND job.job_number * 4294967296 - image.newness = label.image_index
    GROUP BY image.source_ref, image.moderation_model_version, job.job_id, label.name
),

analyses AS (
    SELECT
        source_ref,
        moderation_model_version,
        job_id,
        MAP(
            LIST(name) FILTER (WHERE name IS NOT NULL), LIST(confidence) FILTER (WHERE name IS NOT NULL)
        ) AS confidences
    FROM found
    GROUP BY source_ref, moderation_model_version, job_id
),

-- a window and no second look at `analyses`, so that one image's question reads its rows alone
compared AS (
    SELECT
        *,
        UNNEST(LIST_DISTINCT(FLATTEN(LIST(MAP_KEYS(confidences)) OVER (PARTITION BY source_ref)))) AS name
    FROM analyses
)

SELECT
    source_ref,
    name,
    moderation_model_version,
    job_id,
    confidences[name] AS confidence
FROM compared
