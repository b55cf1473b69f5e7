-- Grain: one row per image and top-level moderation category found on it (latest analysis).
-- Keys: job_id, image_index, category.
-- Answers: what kinds of content were found on each image, and how surely? name and confidence are those
--   of the category's surest label, of equals the deepest one, of those the first in the alphabet;
--   confidences are those of all its labels.
-- Column image_index: The first line of the job that names the image.
-- Column category: Top-level category, as the model that found the labels names it.
-- Column confidences: Confidences of all labels of the category, in percent, the highest first.
SELECT
    image.job_id,
    image.image_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    found.category,
    found.name,
    found.confidence,
    found.confidences
FROM latest_moderation_images AS image
INNER JOIN precomputed.moderation_categories AS found
    ON image.job_id = found.job_id AND image.image_index = found.image_index
