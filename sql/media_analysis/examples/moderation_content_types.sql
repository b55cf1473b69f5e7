-- Answers: which images are drawn or animated, by their newest analysis?
SELECT
    image.source_ref,
    content_type.name,
    ROUND(content_type.confidence, 1) AS confidence
FROM moderation_content_types AS content_type
INNER JOIN latest_moderation_images AS image
    ON content_type.job_id = image.job_id AND content_type.image_index = image.image_index
ORDER BY content_type.confidence DESC, image.source_ref ASC
