-- Grain: one row per image with findings and level of the moderation taxonomy.
-- Keys: job_id, image_index, taxonomy_level.
-- Holds: the names found at each level, the surest first, which the view moderation_levels explains.
SELECT
    job_id,
    image_index,
    COALESCE(taxonomy_level, CASE WHEN COALESCE(parent_name, '') = '' THEN 1 ELSE 2 END) AS taxonomy_level,
    LIST(name ORDER BY confidence DESC, name ASC) AS names,
    MAX(confidence) AS max_confidence
FROM moderation_findings
GROUP BY ALL
