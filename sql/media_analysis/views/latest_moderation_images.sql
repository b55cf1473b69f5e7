-- Grain: one row per image: where its newest SUCCEEDED job has it.
-- Keys: job_id, image_index.
-- Answers: which analysis of an image counts, so that one that was analysed twice, or named twice by one
--   manifest, is counted once? The image is bucket and key. All that its job found on it, on whichever
--   lines, is in moderation_findings; the table moderation_labels has it line by line.
-- Column image_index: The first line of the job that names the image.
-- Column min_confidence: Lowest confidence that was asked for, in percent; 50 where none was.
-- Column analysed_on: Day on which the job ended, in UTC.
WITH images AS (
    SELECT
        image.*,
        -- the later job, and within it the earlier line, is greater; a manifest has fewer than 2^32 lines
        job.job_number * 4294967296 - image.image_index AS newness
    FROM moderation_images AS image
    INNER JOIN moderation_jobs AS job ON image.job_id = job.job_id
),

newest AS (
    -- one pass over the names, and no join back to the images; bucket and key are parts of source_ref
    SELECT
        source_ref,
        MAX(newness) AS newness,
        ANY_VALUE(source_ref_bucket) AS source_ref_bucket,
        ANY_VALUE(source_ref_key) AS source_ref_key,
        ARG_MAX_NULL(source_ref_etag, newness) AS source_ref_etag,
        ARG_MAX_NULL(moderation_model_version, newness) AS moderation_model_version,
        ARG_MAX_NULL(project_version, newness) AS project_version
    FROM images
    GROUP BY source_ref
)

SELECT
    job.job_id,
    job.job_number * 4294967296 - newest.newness AS image_index,
    newest.source_ref,
    newest.source_ref_bucket,
    newest.source_ref_key,
    newest.source_ref_etag,
    newest.moderation_model_version,
    COALESCE(newest.project_version, job.project_version) AS project_version,
    job.min_confidence,
    job.mode,
    job.job_name,
    job.creation_timestamp,
    job.completion_timestamp,
    job.analysed_on
FROM newest
INNER JOIN moderation_jobs AS job ON (newest.newness + 4294967295) // 4294967296 = job.job_number
