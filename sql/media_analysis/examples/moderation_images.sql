-- Answers: how many images did each job look at, and in how many did it find something?
SELECT
    image.job_id,
    COUNT(DISTINCT image.source_ref) AS images,
    COUNT(DISTINCT image.source_ref) FILTER (WHERE label.job_id IS NOT NULL) AS images_with_labels
FROM moderation_images AS image
LEFT JOIN moderation_labels AS label
    ON image.job_id = label.job_id AND image.image_index = label.image_index
GROUP BY image.job_id
ORDER BY image.job_id ASC
