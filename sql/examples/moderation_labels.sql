-- Answers: which moderation labels were found most, and how sure was the model?
SELECT
    name,
    parent_name,
    taxonomy_level,
    COUNT(*) AS images,
    ROUND(AVG(confidence), 1) AS mean_confidence
FROM moderation_labels
GROUP BY name, parent_name, taxonomy_level
ORDER BY images DESC, name ASC
