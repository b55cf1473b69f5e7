-- Grain: one row per image and top-level moderation category.
-- Keys: job_id, image_index, category.
-- Holds: the surest label of each category, which the view moderation_categories explains.
SELECT
    job_id,
    image_index,
    category,
    FIRST(name ORDER BY confidence DESC, COALESCE(taxonomy_level, 0) DESC, name ASC) AS name,
    MAX(confidence) AS confidence,
    LIST(confidence ORDER BY confidence DESC) AS confidences
FROM moderation_findings
GROUP BY job_id, image_index, category
