-- Answers: how many images were looked at, and in how many was something found?
SELECT
    image.job_id,
    COUNT(DISTINCT image.image_index) AS images,
    COUNT(DISTINCT label.image_index) AS images_with_labels
FROM moderation_images AS image
LEFT JOIN moderation_labels AS label
    ON image.job_id = label.job_id AND image.image_index = label.image_index
GROUP BY image.job_id
ORDER BY image.job_id ASC
