-- Answers: which moderation labels were found on most images, each by its newest analysis, and how surely?
SELECT
    name,
    parent_name,
    taxonomy_level,
    COUNT(*) AS images,
    ROUND(AVG(confidence), 1) AS mean_confidence
FROM moderation_findings
GROUP BY name, parent_name, taxonomy_level
ORDER BY images DESC, name ASC
