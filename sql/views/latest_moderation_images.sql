-- Grain: one row per image and request configuration: where its newest SUCCEEDED job has it.
-- Keys: job_id, image_index; join them to moderation_labels and moderation_content_types.
-- Answers: which analysis of an image counts, so that one analysed twice, or named twice by one
--   manifest, is counted once. The image is bucket and key; the configuration is the lowest confidence
--   asked for and the custom adapter.
WITH jobs AS (
    SELECT
        job.*,
        ROW_NUMBER() OVER (
            ORDER BY COALESCE(job.creation_timestamp, load.landed_at) ASC NULLS FIRST, job.job_id ASC
        ) AS job_number
    FROM media_analysis_jobs AS job
    INNER JOIN loads AS load ON job.job_id = load.job_id AND load.operation = 'media_analysis'
    WHERE job.status = 'SUCCEEDED'
),

images AS (
    SELECT
        image.job_id,
        image.image_index,
        image.source_ref,
        image.source_ref_bucket,
        image.source_ref_key,
        image.moderation_model_version,
        image.project_version,
        job.operations_config_detect_moderation_labels_project_version AS asked_project_version,
        job.operations_config_detect_moderation_labels_min_confidence AS min_confidence,
        job.mode,
        job.job_name,
        job.creation_timestamp,
        job.completion_timestamp,
        -- the later job, and within it the earlier line, is greater; a manifest has fewer than 2^32 lines
        job.job_number * 4294967296 - image.image_index AS newness
    FROM moderation_images AS image
    INNER JOIN jobs AS job ON image.job_id = job.job_id
),

newest AS (
    -- a maximum of integers: half of what numbering the rows of a window costs
    SELECT
        source_ref,
        MAX(newness) AS newness
    FROM images
    GROUP BY source_ref, min_confidence, asked_project_version
)

SELECT
    image.job_id,
    image.image_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    COALESCE(image.project_version, image.asked_project_version) AS project_version,
    image.min_confidence,
    image.mode,
    image.job_name,
    image.creation_timestamp,
    image.completion_timestamp
FROM images AS image
INNER JOIN newest ON image.newness = newest.newness AND image.source_ref = newest.source_ref
