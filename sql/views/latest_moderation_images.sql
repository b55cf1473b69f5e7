-- Grain: one row per image and request configuration: where its newest SUCCEEDED job has it.
-- Keys: job_id, image_index; join them to moderation_labels and moderation_content_types.
-- Answers: which analysis of an image counts, so that one analysed twice, or named twice by one
--   manifest, is counted once. The image is bucket and key; the configuration is the lowest confidence
--   asked for and the custom adapter.
SELECT
    image.job_id,
    image.image_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    COALESCE(
        image.project_version, job.operations_config_detect_moderation_labels_project_version
    ) AS project_version,
    job.operations_config_detect_moderation_labels_min_confidence AS min_confidence,
    job.mode,
    job.job_name,
    job.creation_timestamp,
    job.completion_timestamp
FROM moderation_images AS image
INNER JOIN media_analysis_jobs AS job ON image.job_id = job.job_id
INNER JOIN loads AS load ON image.job_id = load.job_id AND load.operation = 'media_analysis'
WHERE job.status = 'SUCCEEDED'
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY
        image.source_ref,
        job.operations_config_detect_moderation_labels_min_confidence,
        job.operations_config_detect_moderation_labels_project_version
    ORDER BY COALESCE(job.creation_timestamp, load.landed_at) DESC, job.job_id DESC, image.image_index ASC
) = 1
