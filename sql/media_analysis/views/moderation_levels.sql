-- Grain: one row per image with findings and level of the moderation taxonomy (latest analysis).
-- Keys: job_id, image_index, taxonomy_level.
-- Answers: what was found on each image, from the broad (level 1) to the precise? Models before 7 tell no
--   level: a label without parent counts as level 1, another one as level 2.
-- Column image_index: The first line of the job that names the image.
-- Column names: Names found at this level, the surest first.
-- Column max_confidence: Highest confidence at this level, in percent.
SELECT
    image.job_id,
    image.image_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    found.taxonomy_level,
    found.names,
    found.max_confidence
FROM latest_moderation_images AS image
INNER JOIN precomputed.moderation_levels AS found
    ON image.job_id = found.job_id AND image.image_index = found.image_index
