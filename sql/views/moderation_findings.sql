-- Grain: one row per moderation label of the latest analysis of an image.
-- Keys: job_id, image_index, label_index.
-- Answers: what was found on each image, at which level of the taxonomy, and under which top-level
--   category? The taxonomy has three levels and the service sends a label's ancestors with it, so the
--   category is found by going up twice within the image; where an ancestor is missing, it is the last
--   name reached.
-- Column category: Top-level category that the label stands under.
SELECT
    image.job_id,
    image.image_index,
    finding.label_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    finding.category,
    finding.name,
    finding.parent_name,
    finding.taxonomy_level,
    finding.confidence,
    image.completion_timestamp
FROM latest_moderation_images AS image
INNER JOIN precomputed.moderation_findings AS finding
    ON image.job_id = finding.job_id AND image.image_index = finding.image_index
