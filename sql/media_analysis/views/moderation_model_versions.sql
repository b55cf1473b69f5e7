-- Grain: one row per image, moderation label and model version, of images that several models looked at.
-- Keys: source_ref, name, moderation_model_version.
-- Answers: what does a newer model find on the same image that an older one did not, and the other way
--   round? Reads all results, not the latest alone: each model's newest SUCCEEDED analysis counts. What is
--   compared is one object (the ETag is known and the same) under one adapter, from the highest
--   MinConfidence of its analyses on, below which one of them would not have answered. A label that a
--   model did not find from there on has confidence NULL, so that the versions can be laid side by
--   side. Other analyses are shown as they are, and say why they are not comparable.
-- Column min_confidence: MinConfidence that was asked for, in percent; 50 where none was.
-- Column compared_from: From which confidence on the versions are compared, in percent; NULL where they
--   are not comparable.
-- Column not_comparable: Why this analysis is not comparable with that of the image's newest job; NULL
--   where it is.
WITH images AS MATERIALIZED (
    SELECT
        image.source_ref,
        image.moderation_model_version,
        -- the later job, and within it the earlier line, is greater; a manifest has fewer than 2^32 lines
        job.job_number * 4294967296 - image.image_index AS newness
    FROM moderation_images AS image
    INNER JOIN moderation_jobs AS job ON image.job_id = job.job_id
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
        newest.source_ref,
        newest.moderation_model_version,
        newest.newness,
        job.job_id,
        job.min_confidence,
        COALESCE(image.project_version, job.project_version) AS project_version,
        image.source_ref_etag,
        label.name,
        MAX(label.confidence) AS confidence
    FROM newest
    INNER JOIN moderation_jobs AS job ON (newest.newness + 4294967295) // 4294967296 = job.job_number
    INNER JOIN moderation_images AS image
        ON job.job_id = image.job_id AND job.job_number * 4294967296 - newest.newness = image.image_index
    LEFT JOIN precomputed.moderation_findings AS label
        ON image.job_id = label.job_id AND image.image_index = label.image_index
    GROUP BY ALL
),

analyses AS (
    SELECT
        source_ref,
        moderation_model_version,
        newness,
        job_id,
        min_confidence,
        project_version,
        source_ref_etag,
        MAP(
            LIST(name) FILTER (WHERE name IS NOT NULL), LIST(confidence) FILTER (WHERE name IS NOT NULL)
        ) AS confidences
    FROM found
    GROUP BY ALL
),

-- windows and no second look at `analyses`, so that one image's question reads its rows alone
ends AS (
    SELECT
        *,
        MAX(newness) OVER (PARTITION BY source_ref) AS newest,
        ARG_MAX_NULL(source_ref_etag, newness) OVER (PARTITION BY source_ref) AS newest_etag,
        ARG_MAX_NULL(project_version, newness) OVER (PARTITION BY source_ref) AS newest_adapter
    FROM analyses
),

reasons AS (
    SELECT
        *,
        CASE
            WHEN newness = newest THEN NULL
            WHEN source_ref_etag IS NULL OR newest_etag IS NULL THEN 'not known to be the same object'
            WHEN source_ref_etag <> newest_etag THEN 'another object'
            WHEN COALESCE(project_version, '') <> COALESCE(newest_adapter, '') THEN 'another adapter'
        END AS reason
    FROM ends
),

cuts AS (
    SELECT
        *,
        COUNT(*) FILTER (WHERE reason IS NULL) OVER (PARTITION BY source_ref) > 1 AS has_others,
        MIN(reason) OVER (PARTITION BY source_ref) AS any_reason,
        MAX(min_confidence) FILTER (WHERE reason IS NULL) OVER (PARTITION BY source_ref) AS highest
    FROM reasons
),

compared AS (
    SELECT
        * EXCLUDE (confidences),
        COALESCE(reason, CASE WHEN NOT has_others THEN any_reason END) AS not_comparable,
        CASE
            WHEN reason IS NULL AND has_others
                THEN MAP_FROM_ENTRIES(LIST_FILTER(MAP_ENTRIES(confidences), LAMBDA one: one['value'] >= highest))
            ELSE confidences
        END AS confidences
    FROM cuts
),

names AS (
    SELECT
        *,
        UNNEST(
            LIST_DISTINCT(FLATTEN(
                -- one that is not comparable has its own names alone
                LIST(MAP_KEYS(confidences)) OVER (
                    PARTITION BY source_ref, CASE WHEN not_comparable IS NOT NULL THEN newness END
                )
            ))
        ) AS name
    FROM compared
)

SELECT
    source_ref,
    name,
    moderation_model_version,
    job_id,
    confidences[name] AS confidence,
    min_confidence,
    CASE WHEN not_comparable IS NULL THEN highest END AS compared_from,
    not_comparable
FROM names
