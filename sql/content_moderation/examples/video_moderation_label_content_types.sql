-- Answers: which moderation labels were found in what is drawn or animated?
SELECT
    label.name,
    content_type.name AS content_type,
    COUNT(*) AS labels
FROM video_moderation_labels AS label
INNER JOIN video_moderation_label_content_types AS content_type
    ON
        label.job_id = content_type.job_id
        AND label.aggregate_by = content_type.aggregate_by
        AND label.label_index = content_type.label_index
GROUP BY label.name, content_type.name
ORDER BY labels DESC, label.name ASC, content_type.name ASC
