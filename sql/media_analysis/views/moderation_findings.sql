-- Grain: one row per moderation label of the latest analysis of an image.
-- Keys: job_id, image_index, line_index, label_index.
-- Answers: what was found on each image, at which level of the taxonomy, and under which top-level
--   category? Of a published name the table moderation_taxonomy tells the category, whether or not its
--   ancestors were sent. Any other name goes up to its parents within the image; where one of them was
--   not sent, its category is the last name reached. A label that several lines of the job have for the
--   image is one row, the surest.
-- Column image_index: The first line of the job that names the image.
-- Column line_index: Line that has the label: image_index in the table moderation_labels.
-- Column label_index: Position of the label in that line.
-- Column category: Top-level category, as the model that found the label names it.
-- Column category_7: The same in the names of model 7, by which the thresholds go; NULL for a name that has
--   no counterpart there.
-- Column analysed_on: Day on which the job ended, in UTC.
SELECT
    image.job_id,
    image.image_index,
    finding.line_index,
    finding.label_index,
    image.source_ref,
    image.source_ref_bucket,
    image.source_ref_key,
    image.moderation_model_version,
    finding.category,
    finding.category_7,
    finding.name,
    finding.parent_name,
    finding.taxonomy_level,
    finding.confidence,
    image.completion_timestamp,
    image.analysed_on
FROM latest_moderation_images AS image
INNER JOIN precomputed.moderation_findings AS finding
    ON image.job_id = finding.job_id AND image.image_index = finding.image_index
