-- Grain: one row per image and request configuration: where its newest SUCCEEDED job has it.
-- Keys: job_id, image_index; join them to moderation_labels and moderation_content_types.
-- Answers: which analysis of an image counts, so that one analysed twice, or named twice by one
--   manifest, is counted once. The image is bucket and key; the configuration is the lowest confidence
--   asked for and the custom adapter.
-- Column min_confidence: Lowest confidence asked for, in percent; NULL when none was.
WITH jobs AS NOT MATERIALIZED (
    -- read twice, and not kept: else DuckDB would work out every column below, asked for or not
    SELECT
        job.*,
        ROW_NUMBER() OVER (
            ORDER BY COALESCE(job.creation_timestamp, load.landed_at) ASC NULLS FIRST, job.job_id ASC
        ) AS job_number,
        DENSE_RANK() OVER (
            ORDER BY
                job.operations_config_detect_moderation_labels_min_confidence ASC,
                job.operations_config_detect_moderation_labels_project_version ASC
        ) AS configuration
    FROM media_analysis_jobs AS job
    INNER JOIN loads AS load ON job.job_id = load.job_id AND load.operation = 'media_analysis'
    WHERE job.status = 'SUCCEEDED'
),

images AS (
    SELECT
        image.*,
        job.configuration,
        -- the later job, and within it the earlier line, is greater; a manifest has fewer than 2^32 lines
        job.job_number * 4294967296 - image.image_index AS newness
    FROM moderation_images AS image
    INNER JOIN jobs AS job ON image.job_id = job.job_id
),

newest AS (
    -- one pass over the names, and no join back to the images; bucket and key are parts of source_ref
    SELECT
        source_ref,
        MAX(newness) AS newness,
        ANY_VALUE(source_ref_bucket) AS source_ref_bucket,
        ANY_VALUE(source_ref_key) AS source_ref_key,
        ARG_MAX_NULL(moderation_model_version, newness) AS moderation_model_version,
        ARG_MAX_NULL(project_version, newness) AS project_version
    FROM images
    GROUP BY source_ref, configuration
)

SELECT
    job.job_id,
    job.job_number * 4294967296 - newest.newness AS image_index,
    newest.source_ref,
    newest.source_ref_bucket,
    newest.source_ref_key,
    newest.moderation_model_version,
    COALESCE(
        newest.project_version, job.operations_config_detect_moderation_labels_project_version
    ) AS project_version,
    job.operations_config_detect_moderation_labels_min_confidence AS min_confidence,
    job.mode,
    job.job_name,
    job.creation_timestamp,
    job.completion_timestamp
FROM newest
INNER JOIN jobs AS job ON (newest.newness + 4294967295) // 4294967296 = job.job_number
